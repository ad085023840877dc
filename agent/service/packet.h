// SPDX-License-Identifier: Apache-2.0
// An IP packet, v4 or v6, in an Ethernet frame (RFC 791, 8200). Pure.
#pragma once

#include <optional>

#include "agent/service/bytes.h"

namespace weft::agent {

constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint8_t protocol_icmp6 = 58;

struct Packet {
    Mac destination_mac;
    Mac source_mac;
    Address source;            // unset: 0.0.0.0 or ::
    Address destination;       // its family is the packet's
    std::uint8_t protocol{0};  // of what follows IPv6's header itself: extension headers are not looked into
    std::uint8_t hops{64};
    Bytes payload;

    friend bool operator==(const Packet&, const Packet&) = default;
};

// Nothing when it is not whole, an IPv4 fragment, for no address, or when IPv4's header checksum is wrong.
[[nodiscard]] std::optional<Packet> parse_packet(View frame);
[[nodiscard]] Bytes to_frame(const Packet& packet);

// Of layer 4 and the pseudo header (RFC 768; RFC 8200, 8.1); zero over a payload that has a right one.
[[nodiscard]] std::uint16_t checksum(const Packet& packet);

}  // namespace weft::agent
