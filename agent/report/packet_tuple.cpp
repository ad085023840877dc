// SPDX-License-Identifier: Apache-2.0
#include "agent/report/packet_tuple.h"

#include "agent/report/packet_bytes.h"

#include <netinet/in.h>

#include <algorithm>

#include "weft/abi/framework.h"

namespace weft::agent {
namespace {

constexpr std::size_t most_extensions = 8;

PacketBytes from(PacketBytes bytes, std::size_t at) { return bytes.subspan(std::min(at, bytes.size())); }

bool set_addresses(PacketBytes header, std::size_t source, std::size_t destination, std::size_t size,
                   PacketTuple& tuple) {
    const auto a = Address::from_bytes(header.subspan(source, size));
    const auto b = Address::from_bytes(header.subspan(destination, size));
    if (!a || !b) return false;
    tuple.source = *a;
    tuple.destination = *b;
    return true;
}

bool has_ports(std::uint8_t protocol) {
    return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
           protocol == IPPROTO_SCTP || protocol == IPPROTO_DCCP;
}

// The frame inside a datagram of a framework, and its GNI.
std::optional<PacketTuple> inside(PacketBytes datagram, std::uint16_t port) {
    if (datagram.size() < 16) return std::nullopt;
    std::size_t header = 16;
    if (port == WEFT_GENEVE_PORT)
        header += (datagram[8] & 0x3fU) * 4U;
    else if (port != WEFT_VXLAN_PORT)
        return std::nullopt;
    auto tuple = packet_tuple(from(datagram, header));
    if (tuple) tuple->gni = network_number(datagram, 12, 3);
    return tuple;
}

std::optional<PacketTuple> transport(PacketBytes bytes, PacketTuple tuple) {
    if (!has_ports(*tuple.protocol) || bytes.size() < 4) return tuple;
    tuple.source_port = static_cast<std::uint16_t>(network_number(bytes, 0, 2));
    tuple.destination_port = static_cast<std::uint16_t>(network_number(bytes, 2, 2));
    if (*tuple.protocol == IPPROTO_UDP && tuple.gni == 0)
        if (const auto inner = inside(bytes, *tuple.destination_port)) return inner;
    return tuple;
}

std::optional<PacketTuple> ipv4(PacketBytes b) {
    PacketTuple tuple;
    if (b.size() < 20 || b[0] >> 4 != 4 || !set_addresses(b, 12, 16, 4, tuple)) return std::nullopt;
    tuple.protocol = b[9];
    if ((network_number(b, 6, 2) & 0x1fff) != 0) return tuple;  // a later fragment has no ports
    return transport(from(b, (b[0] & 0xfU) * 4U), tuple);
}

// Extension headers of RFC 8200, 4.
std::optional<PacketTuple> ipv6(PacketBytes b) {
    PacketTuple tuple;
    if (b.size() < 40 || b[0] >> 4 != 6 || !set_addresses(b, 8, 24, 16, tuple)) return std::nullopt;
    auto next = b[6];
    auto rest = b.subspan(40);
    for (std::size_t i = 0; i < most_extensions; ++i) {
        const bool fragment = next == IPPROTO_FRAGMENT;
        if (!fragment && next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS) break;
        if (rest.size() < 8) return tuple;
        if (fragment && (network_number(rest, 2, 2) & 0xfff8) != 0) {
            tuple.protocol = rest[0];
            return tuple;
        }
        next = rest[0];
        rest = from(rest, fragment ? 8 : (rest[1] + 1U) * 8U);
    }
    tuple.protocol = next;
    return transport(rest, tuple);
}

// RFC 826; only Ethernet and IPv4.
std::optional<PacketTuple> arp(PacketBytes b) {
    PacketTuple tuple;
    if (b.size() < 28 || b[5] != 4 || !set_addresses(b, 14, 24, 4, tuple)) return std::nullopt;
    return tuple;
}

}  // namespace

std::optional<PacketTuple> packet_tuple(std::span<const std::uint8_t> frame) {
    if (frame.size() < 14) return std::nullopt;
    auto type = network_number(frame, 12, 2);
    auto rest = frame.subspan(14);
    while ((type == 0x8100 || type == 0x88a8) && rest.size() >= 4) {
        type = network_number(rest, 2, 2);
        rest = rest.subspan(4);
    }
    if (type == 0x0800) return ipv4(rest);
    if (type == 0x86dd) return ipv6(rest);
    return type == 0x0806 ? arp(rest) : std::nullopt;
}

}  // namespace weft::agent
