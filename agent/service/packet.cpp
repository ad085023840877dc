// SPDX-License-Identifier: Apache-2.0
#include "agent/service/packet.h"

namespace weft::agent {
namespace {

constexpr std::size_t ethernet_size = 14;
constexpr std::size_t ipv4_size = 20;
constexpr std::size_t ipv6_size = 40;
constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint16_t ethertype_ipv6 = 0x86dd;
constexpr std::uint16_t fragment_bits = 0x3fff;  // more fragments, or an offset

// RFC 1071, one's complement sum.
std::uint32_t sum_of(View bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += get16(bytes, i);
    if (bytes.size() % 2 != 0) sum += std::uint32_t{bytes.back()} << 8;
    return sum;
}

std::uint16_t inverted(std::uint32_t sum) {
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

std::optional<Packet> parse_ipv4(View ip) {
    if (ip.size() < ipv4_size) return std::nullopt;
    const std::size_t header = (ip[0] & 0xfU) * 4U;
    const std::size_t total = get16(ip, 2);
    if (ip[0] >> 4 != 4 || header < ipv4_size || total < header || total > ip.size() ||
        (get16(ip, 6) & fragment_bits) != 0 || inverted(sum_of(ip.first(header))) != 0)
        return std::nullopt;
    const auto payload = ip.subspan(header, total - header);
    return Packet{{}, {}, get_v4(ip, 12), get_v4(ip, 16), ip[9], ip[8], {payload.begin(), payload.end()}};
}

std::optional<Packet> parse_ipv6(View ip) {
    if (ip.size() < ipv6_size || ip[0] >> 4 != 6 || get16(ip, 4) > ip.size() - ipv6_size) return std::nullopt;
    const auto payload = ip.subspan(ipv6_size, get16(ip, 4));
    return Packet{{}, {}, get_v6(ip, 8), get_v6(ip, 24), ip[6], ip[7], {payload.begin(), payload.end()}};
}

void put_ipv4(Bytes& frame, const Packet& packet) {
    put16(frame, 0x4500);
    put16(frame, static_cast<std::uint32_t>(ipv4_size + packet.payload.size()));
    put32(frame, 0);  // one packet, no identification needed
    put8(frame, packet.hops);
    put8(frame, packet.protocol);
    put16(frame, 0);
    put_v4(frame, packet.source);
    put_v4(frame, packet.destination);
    set16(frame, ethernet_size + 10, inverted(sum_of(View(frame).subspan(ethernet_size))));
}

void put_ipv6(Bytes& frame, const Packet& packet) {
    put32(frame, 0x60000000);
    put16(frame, static_cast<std::uint32_t>(packet.payload.size()));
    put8(frame, packet.protocol);
    put8(frame, packet.hops);
    put_v6(frame, packet.source);
    put_v6(frame, packet.destination);
}

}  // namespace

std::optional<Packet> parse_packet(View frame) {
    if (frame.size() < ethernet_size) return std::nullopt;
    const auto type = get16(frame, 12);
    if (type != ethertype_ipv4 && type != ethertype_ipv6) return std::nullopt;
    const auto ip = frame.subspan(ethernet_size);
    auto packet = type == ethertype_ipv4 ? parse_ipv4(ip) : parse_ipv6(ip);
    if (!packet || !packet->destination) return std::nullopt;
    packet->destination_mac = get_mac(frame, 0);
    packet->source_mac = get_mac(frame, 6);
    return packet;
}

Bytes to_frame(const Packet& packet) {
    const bool v4 = packet.destination.is_v4();
    Bytes frame;
    frame.reserve(ethernet_size + ipv6_size + packet.payload.size());
    put(frame, packet.destination_mac.bytes);
    put(frame, packet.source_mac.bytes);
    put16(frame, v4 ? ethertype_ipv4 : ethertype_ipv6);
    v4 ? put_ipv4(frame, packet) : put_ipv6(frame, packet);
    put(frame, packet.payload);
    return frame;
}

std::uint16_t checksum(const Packet& packet) {
    std::uint32_t sum = packet.protocol + static_cast<std::uint32_t>(packet.payload.size());
    for (const auto& address : {packet.source, packet.destination}) sum += sum_of(address.bytes());
    return inverted(sum + sum_of(packet.payload));
}

}  // namespace weft::agent
