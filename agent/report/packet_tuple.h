// SPDX-License-Identifier: Apache-2.0
// Who speaks with whom in a packet, from its first bytes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "weft/net/address.h"

namespace weft::agent {

struct PacketTuple {
    Address source;
    Address destination;
    std::optional<std::uint8_t> protocol;  // none: ARP
    std::optional<std::uint16_t> source_port;
    std::optional<std::uint16_t> destination_port;
    std::uint32_t gni{0};  // of the encapsulation that it was found in; 0: none

    friend bool operator==(const PacketTuple&, const PacketTuple&) = default;
};

// Of an Ethernet frame; of what Geneve or VXLAN carries (RFC 8926, 7348) as far as that is there. What the
// bytes do not hold is left out; none: no addresses.
[[nodiscard]] std::optional<PacketTuple> packet_tuple(std::span<const std::uint8_t> frame);

}  // namespace weft::agent
