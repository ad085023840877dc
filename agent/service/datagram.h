// SPDX-License-Identifier: Apache-2.0
// A UDP datagram over IPv4 in an Ethernet frame (RFC 768, 791). Pure.
#pragma once

#include <optional>

#include "agent/service/bytes.h"

namespace weft::agent {

struct Datagram {
    Mac destination_mac;
    Mac source_mac;
    Address source;  // unset: 0.0.0.0
    Address destination;
    std::uint16_t source_port{0};
    std::uint16_t destination_port{0};
    Bytes payload;

    friend bool operator==(const Datagram&, const Datagram&) = default;
};

// Nothing when it is no whole datagram, or one of its checksums is wrong. `summed`: whether the UDP checksum
// is there to be looked at.
[[nodiscard]] std::optional<Datagram> parse_datagram(View frame, bool summed);
[[nodiscard]] Bytes to_frame(const Datagram& datagram);

}  // namespace weft::agent
