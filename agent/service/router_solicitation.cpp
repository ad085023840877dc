// SPDX-License-Identifier: Apache-2.0
#include "agent/service/router_solicitation.h"

namespace weft::agent {
namespace {

constexpr std::uint8_t solicitation = 133;
constexpr std::size_t header_size = 8;
constexpr std::size_t unit = 8;  // of options' lengths
constexpr std::uint8_t source_mac_option = 1;
constexpr std::uint8_t unforwarded = 255;  // proves that no router forwarded it

Result<void> parse_options(View options, RouterSolicitation& out) {
    while (!options.empty()) {
        if (options.size() < 2 || options[1] == 0) return damaged("options", "an option without a length");
        const auto size = options[1] * unit;
        if (size > options.size()) return damaged("options", "an option goes beyond the end");
        if (options[0] == source_mac_option) {
            if (size != unit) return damaged("source link-layer address", "not an Ethernet address");
            out.source_mac = get_mac(options, 2);
        }
        options = options.subspan(size);
    }
    return {};
}

}  // namespace

bool is_router_solicitation(const Packet& packet) {
    return packet.protocol == protocol_icmp6 && !packet.payload.empty() && packet.payload[0] == solicitation;
}

Result<RouterSolicitation> parse_router_solicitation(const Packet& packet) {
    const View message = packet.payload;
    if (!packet.destination.is_v6() || !is_router_solicitation(packet))
        return damaged("type", "no router solicitation");
    if (packet.hops != unforwarded) return damaged("hop limit", "a router is between");
    if (message.size() < header_size) return damaged("length", "shorter than a router solicitation");
    if (message[1] != 0) return damaged("code", "not zero");
    if (checksum(packet) != 0) return damaged("checksum", "wrong");
    RouterSolicitation out;
    WEFT_CHECK(parse_options(message.subspan(header_size), out));
    if (!packet.source && out.source_mac)
        return damaged("source link-layer address", "of a sender without an address");
    return out;
}

}  // namespace weft::agent
