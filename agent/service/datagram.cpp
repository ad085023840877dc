// SPDX-License-Identifier: Apache-2.0
#include "agent/service/datagram.h"

namespace weft::agent {
namespace {

constexpr std::size_t udp_size = 8;

// Only IPv4's may leave it out (RFC 8200, 8.1).
bool checks(const Packet& packet) {
    return (packet.destination.is_v4() && get16(packet.payload, 6) == 0) || checksum(packet) == 0;
}

}  // namespace

std::optional<Datagram> parse_datagram(const Packet& packet, bool summed) {
    if (packet.protocol != protocol_udp || packet.payload.size() < udp_size) return std::nullopt;
    const std::size_t length = get16(packet.payload, 4);
    if (length < udp_size || length > packet.payload.size()) return std::nullopt;
    auto whole = packet;
    whole.payload.resize(length);
    if (summed && !checks(whole)) return std::nullopt;
    const auto& udp = whole.payload;
    return Datagram{packet.destination_mac,
                    packet.source_mac,
                    packet.source,
                    packet.destination,
                    get16(udp, 0),
                    get16(udp, 2),
                    {udp.begin() + udp_size, udp.end()}};
}

std::optional<Datagram> parse_datagram(View frame, bool summed) {
    const auto packet = parse_packet(frame);
    return packet ? parse_datagram(*packet, summed) : std::nullopt;
}

Bytes to_frame(const Datagram& datagram) {
    Packet packet{.destination_mac = datagram.destination_mac,
                  .source_mac = datagram.source_mac,
                  .source = datagram.source,
                  .destination = datagram.destination,
                  .protocol = protocol_udp,
                  .payload = {}};
    auto& udp = packet.payload;
    put16(udp, datagram.source_port);
    put16(udp, datagram.destination_port);
    put16(udp, static_cast<std::uint32_t>(udp_size + datagram.payload.size()));
    put16(udp, 0);
    put(udp, datagram.payload);
    const auto sum = checksum(packet);
    set16(udp, 6, sum == 0 ? 0xffff : sum);
    return to_frame(packet);
}

}  // namespace weft::agent
