// SPDX-License-Identifier: Apache-2.0
// The first bytes of a packet in words. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace weft::agent {

// For example "02:00:00:00:00:01 > 02:00:00:00:00:02, IPv4 10.1.2.30 > 10.1.2.50 ttl 64, TCP 40000 > 80 S, 60
// bytes"; Geneve and VXLAN (RFC 8926, 7348) are followed inside. `length` is the whole packet's, of which
// `bytes` may be only the beginning; what is not there is left out.
[[nodiscard]] std::string packet_text(std::span<const std::uint8_t> bytes, std::size_t length);

}  // namespace weft::agent
