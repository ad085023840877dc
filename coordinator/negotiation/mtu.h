// SPDX-License-Identifier: Apache-2.0
// What an instance may send (design: sizes).
#pragma once

#include <cstdint>

namespace weft::coordinator::negotiation {

inline constexpr std::uint32_t default_underlay_mtu = 1500;  // until a host has reported

// Bytes of the largest overhead of any known framework, over IPv4 or, if `ipv6`, over either family.
[[nodiscard]] std::uint32_t largest_overhead(bool ipv6);

// The largest inner IP packet over an underlay that carries `underlay_mtu` bytes (0: not known), for every
// framework that may be selected; never below IPv4's 68 (RFC 791).
[[nodiscard]] std::uint32_t instance_mtu(std::uint32_t underlay_mtu, bool ipv6);

}  // namespace weft::coordinator::negotiation
