// SPDX-License-Identifier: Apache-2.0
// The world's usual packets.
#include "tests/harness/bpf/world.h"

namespace weft::test {

Bytes from_a(std::string_view destination, const Mac& to, const Bytes& payload, std::uint8_t ttl,
             std::uint16_t fragment) {
    const Ipv4 header{
        .source = ip("10.1.2.30"), .destination = ip(destination), .ttl = ttl, .fragment = fragment};
    return ethernet(to, mac_a, ethertype_ipv4, ipv4(header, udp(1111, 2222, payload)));
}

Bytes inner_b_to_a(std::size_t size) {
    const Ipv4 header{.source = ip("10.1.2.50"), .destination = ip("10.1.2.30")};
    return ethernet(mac_a, mac_b, ethertype_ipv4, ipv4(header, udp(2222, 1111, payload(size))));
}

Bytes a_to_b(std::uint8_t protocol, const Bytes& l4, std::uint16_t fragment, std::uint16_t id) {
    const Ipv4 header{.source = ip("10.1.2.30"),
                      .destination = ip("10.1.2.50"),
                      .protocol = protocol,
                      .id = id,
                      .fragment = fragment};
    return ethernet(mac_b, mac_a, ethertype_ipv4, ipv4(header, l4));
}

Bytes b_to_a(std::uint8_t protocol, const Bytes& l4, std::uint16_t fragment, std::uint16_t id,
             std::uint32_t tag) {
    const Ipv4 header{.source = ip("10.1.2.50"),
                      .destination = ip("10.1.2.30"),
                      .protocol = protocol,
                      .id = id,
                      .fragment = fragment};
    return arriving(ethernet(mac_a, mac_b, ethertype_ipv4, ipv4(header, l4)), blue, tag);
}

Bytes from_a6(std::string_view destination, const Mac& to, const Bytes& payload, std::uint8_t hops) {
    const Ipv6 header{.source = ip6("2001:db8:12::30"), .destination = ip6(destination), .hops = hops};
    return ethernet(to, mac_a, ethertype_ipv6, ipv6(header, udp(1111, 2222, payload)));
}

Bytes inner6_b_to_a(std::size_t size) {
    const Ipv6 header{.source = ip6("2001:db8:12::50"), .destination = ip6("2001:db8:12::30")};
    return ethernet(mac_a, mac_b, ethertype_ipv6, ipv6(header, udp(2222, 1111, payload(size))));
}

Bytes outer4(std::uint16_t port, const Bytes& framework, std::uint8_t tos, std::string_view source) {
    const Ipv4 header{.source = ip(source), .destination = ip("192.0.2.1"), .tos = tos, .fragment = 0x4000};
    return ethernet(mac_uplink, mac_peer, ethertype_ipv4, ipv4(header, udp(50000, port, framework)));
}

Bytes outer6(std::uint16_t port, const Bytes& framework, std::uint8_t traffic_class,
             std::string_view source) {
    const Ipv6 header{
        .source = ip6(source), .destination = ip6("2001:db8::1"), .traffic_class = traffic_class};
    return ethernet(mac_uplink, mac_peer, ethertype_ipv6, ipv6(header, udp(50000, port, framework)));
}

Bytes arriving(const Bytes& inner, std::uint32_t gni, std::uint32_t tag) {
    return outer4(6081, geneve(gni, weft_options(gni, tag), inner));
}

}  // namespace weft::test
