// SPDX-License-Identifier: Apache-2.0
#include "agent/service/datagram.h"

namespace weft::agent {
namespace {

constexpr std::size_t ethernet_size = 14;
constexpr std::size_t ipv4_size = 20;
constexpr std::size_t udp_size = 8;
constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint16_t fragment_bits = 0x3fff;  // more fragments, or an offset
constexpr std::uint8_t hops = 64;

// RFC 1071; zero over bytes that include a right checksum.
std::uint16_t checksum(View bytes, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += get16(bytes, i);
    if (bytes.size() % 2 != 0) sum += std::uint32_t{bytes.back()} << 8;
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

// Over the pseudo header and the whole UDP datagram.
std::uint16_t udp_checksum(View ip, View udp) {
    std::uint32_t sum = protocol_udp + static_cast<std::uint32_t>(udp.size());
    for (std::size_t at = 12; at < ipv4_size; at += 2) sum += get16(ip, at);
    return checksum(udp, sum);
}

}  // namespace

std::optional<Datagram> parse_datagram(View frame, bool summed) {
    if (frame.size() < ethernet_size + ipv4_size || get16(frame, 12) != ethertype_ipv4) return std::nullopt;
    auto ip = frame.subspan(ethernet_size);
    const std::size_t header = (ip[0] & 0xfU) * 4U;
    const std::size_t total = get16(ip, 2);
    if (ip[0] >> 4 != 4 || header < ipv4_size || total < header + udp_size || total > ip.size() ||
        ip[9] != protocol_udp || (get16(ip, 6) & fragment_bits) != 0 || checksum(ip.first(header)) != 0)
        return std::nullopt;
    ip = ip.first(total);
    auto udp = ip.subspan(header);
    const std::size_t length = get16(udp, 4);
    if (length < udp_size || length > udp.size()) return std::nullopt;
    udp = udp.first(length);
    if (summed && get16(udp, 6) != 0 && udp_checksum(ip, udp) != 0) return std::nullopt;
    const auto payload = udp.subspan(udp_size);
    return Datagram{get_mac(frame, 0),
                    get_mac(frame, 6),
                    get_v4(ip, 12),
                    get_v4(ip, 16),
                    get16(udp, 0),
                    get16(udp, 2),
                    {payload.begin(), payload.end()}};
}

Bytes to_frame(const Datagram& datagram) {
    const auto udp_length = udp_size + datagram.payload.size();
    Bytes frame;
    frame.reserve(ethernet_size + ipv4_size + udp_length);
    put(frame, datagram.destination_mac.bytes);
    put(frame, datagram.source_mac.bytes);
    put16(frame, ethertype_ipv4);
    put16(frame, 0x4500);
    put16(frame, static_cast<std::uint32_t>(ipv4_size + udp_length));
    put32(frame, 0);  // one packet, no identification needed
    put8(frame, hops);
    put8(frame, protocol_udp);
    put16(frame, 0);
    put_v4(frame, datagram.source);
    put_v4(frame, datagram.destination);
    set16(frame, ethernet_size + 10, checksum(View(frame).subspan(ethernet_size)));
    put16(frame, datagram.source_port);
    put16(frame, datagram.destination_port);
    put16(frame, static_cast<std::uint32_t>(udp_length));
    put16(frame, 0);
    put(frame, datagram.payload);
    const auto ip = View(frame).subspan(ethernet_size);
    const auto sum = udp_checksum(ip, ip.subspan(ipv4_size));
    set16(frame, ethernet_size + ipv4_size + 6, sum == 0 ? 0xffff : sum);
    return frame;
}

}  // namespace weft::agent
