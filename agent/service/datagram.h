// SPDX-License-Identifier: Apache-2.0
// A UDP datagram (RFC 768) in its packet. Pure.
#pragma once

#include "agent/service/packet.h"

namespace weft::agent {

struct Datagram {
    Mac destination_mac;
    Mac source_mac;
    Address source;  // unset: 0.0.0.0 or ::
    Address destination;
    std::uint16_t source_port{0};
    std::uint16_t destination_port{0};
    Bytes payload;

    friend bool operator==(const Datagram&, const Datagram&) = default;
};

// Nothing when it is no whole datagram, or one of its checksums is wrong. `summed`: whether the UDP checksum
// is there to be looked at.
[[nodiscard]] std::optional<Datagram> parse_datagram(const Packet& packet, bool summed);
[[nodiscard]] std::optional<Datagram> parse_datagram(View frame, bool summed);
[[nodiscard]] Bytes to_frame(const Datagram& datagram);

}  // namespace weft::agent
