// SPDX-License-Identifier: Apache-2.0
// Whatever an instance puts into its own headers: only its MAC and its addresses leave it, and only to
// addresses that somebody in its partition has.
#include <doctest/doctest.h>

#include "tests/harness/bpf/matrix.h"

using namespace weft::test;

namespace {

const Mac broadcast = mac("ff:ff:ff:ff:ff:ff");
const Mac nobody = mac("02:00:00:00:99:99");
const Mac zero{};

}  // namespace

TEST_CASE("[4.3/matrix-mac] source MACs other than the record's never leave, whatever the frame is") {
    Matrix matrix("source MACs");
    const auto ask = arp({.sender_mac = mac_a, .sender = ip("10.1.2.30"), .target = ip("10.1.2.50")});
    matrix.judge_sent(
        record_a,
        {
            {"its own", frame(V4{}), to(record_b)},
            {"its own, IPv6", frame(V6{}), to(record_b)},
            {"its own, to a neighbour on its host", frame(V4{.to = mac_d, .destination = "10.1.2.31"}),
             to(record_d)},
            {"a neighbour's on its host", frame(V4{.from = mac_d}), drop(WEFT_DROP_source_mac)},
            {"a neighbour's on another host", frame(V4{.from = mac_b}), drop(WEFT_DROP_source_mac)},
            {"the other partition's of the same address", frame(V4{.from = mac_r}),
             drop(WEFT_DROP_source_mac)},
            {"the router's", frame(V4{.from = mac_router}), drop(WEFT_DROP_source_mac)},
            {"the uplink's", frame(V4{.from = mac_uplink}), drop(WEFT_DROP_source_mac)},
            {"the peer host's", frame(V4{.from = mac_peer}), drop(WEFT_DROP_source_mac)},
            {"nobody's", frame(V4{.from = nobody}), drop(WEFT_DROP_source_mac)},
            {"zero", frame(V4{.from = zero}), drop(WEFT_DROP_source_mac)},
            {"broadcast", frame(V4{.from = broadcast}), drop(WEFT_DROP_source_mac)},
            {"its own as a group", frame(V4{.from = mac("03:00:00:00:0a:01")}), drop(WEFT_DROP_source_mac)},
            {"one bit off at the front", frame(V4{.from = mac("00:00:00:00:0a:01")}),
             drop(WEFT_DROP_source_mac)},
            {"one bit off in the middle", frame(V4{.from = mac("02:00:01:00:0a:01")}),
             drop(WEFT_DROP_source_mac)},
            {"one bit off at the end", frame(V4{.from = mac("02:00:00:00:0a:00")}),
             drop(WEFT_DROP_source_mac)},
            {"a neighbour's MAC and address", frame(V4{.from = mac_d, .source = "10.1.2.31"}),
             drop(WEFT_DROP_source_mac)},
            {"the router's MAC and address", frame(V4{.from = mac_router, .source = "10.1.2.1"}),
             drop(WEFT_DROP_source_mac)},
            {"a neighbour's, IPv6", frame(V6{.from = mac_d}), drop(WEFT_DROP_source_mac)},
            {"a far one's, IPv6", frame(V6{.from = mac_b}), drop(WEFT_DROP_source_mac)},
            {"the router's, IPv6", frame(V6{.from = mac_router}), drop(WEFT_DROP_source_mac)},
            {"zero, IPv6", frame(V6{.from = zero}), drop(WEFT_DROP_source_mac)},
            {"broadcast, IPv6", frame(V6{.from = broadcast}), drop(WEFT_DROP_source_mac)},
            {"its own MAC in ARP, a neighbour's around it", ethernet(broadcast, mac_d, ethertype_arp, ask),
             drop(WEFT_DROP_source_mac)},
            {"a frame of nothing, a neighbour's MAC", ethernet(mac_b, mac_d, 0x88cc, payload(46)),
             drop(WEFT_DROP_source_mac)},
            {"link layer discovery", ethernet(mac("01:80:c2:00:00:0e"), mac_a, 0x88cc, payload(46)),
             drop(WEFT_DROP_ethertype)},
            {"spanning tree", ethernet(mac("01:80:c2:00:00:00"), mac_a, 38, payload(46)),
             drop(WEFT_DROP_ethertype)},
            {"Ethernet flow control", ethernet(mac("01:80:c2:00:00:01"), mac_a, 0x8808, payload(46)),
             drop(WEFT_DROP_ethertype)},
            {"MPLS", ethernet(mac_b, mac_a, 0x8847, payload(46)), drop(WEFT_DROP_ethertype)},
            {"PPPoE", ethernet(mac_b, mac_a, 0x8864, payload(46)), drop(WEFT_DROP_ethertype)},
            {"a bridge's own Ethernet in Ethernet", ethernet(mac_b, mac_a, 0x6558, frame(V4{})),
             drop(WEFT_DROP_ethertype)},
            {"reverse ARP", ethernet(broadcast, mac_a, 0x8035, ask), drop(WEFT_DROP_ethertype)},
            {"IPv4 that says it is IPv6", ethernet(mac_b, mac_a, ethertype_ipv6, slice(frame(V4{}), 14)),
             drop(WEFT_DROP_ip_truncated)},
            {"IPv6 that says it is IPv4", ethernet(mac_b, mac_a, ethertype_ipv4, slice(frame(V6{}), 14)),
             drop(WEFT_DROP_ip_malformed)},
        });
}

TEST_CASE("[4.3/matrix-vlan] an instance without a VLAN has none: tags select no record") {
    Matrix matrix("VLAN tags on an access port");
    const auto tagged = [](std::uint16_t protocol, std::uint16_t tag, const Bytes& f) {
        return slice(f, 0, 12) + be16(protocol) + be16(tag) + slice(f, 12);
    };
    const auto plain = frame(V4{});
    const auto plain6 = frame(V6{});
    matrix.judge_sent(
        record_a,
        {
            {"VLAN 1", tagged(0x8100, 1, plain), drop(WEFT_DROP_no_port)},
            {"VLAN 5", tagged(0x8100, 5, plain), drop(WEFT_DROP_no_port)},
            {"VLAN 5, IPv6", tagged(0x8100, 5, plain6), drop(WEFT_DROP_no_port)},
            {"VLAN 4095", tagged(0x8100, 4095, plain), drop(WEFT_DROP_no_port)},
            {"VLAN 5 with a priority", tagged(0x8100, 0xe005, plain), drop(WEFT_DROP_no_port)},
            {"a service tag", tagged(0x88a8, 5, plain), drop(WEFT_DROP_no_port)},
            {"two tags", tagged(0x8100, 5, tagged(0x8100, 7, plain)), drop(WEFT_DROP_no_port)},
            {"a service tag over another", tagged(0x88a8, 5, tagged(0x8100, 7, plain)),
             drop(WEFT_DROP_no_port)},
            {"a VLAN inside a priority tag", tagged(0x8100, 0, tagged(0x8100, 7, plain)),
             drop(WEFT_DROP_ethertype)},
            {"VLAN 5, the neighbour's MAC and address",
             tagged(0x8100, 5, frame(V4{.from = mac_d, .source = "10.1.2.31"})), drop(WEFT_DROP_no_port)},
            {"a priority tag is no VLAN (802.1Q, 6.9)", tagged(0x8100, 0xe000, plain), to(record_b)},
            {"the same to a neighbour",
             tagged(0x8100, 0xe000, frame(V4{.to = mac_d, .destination = "10.1.2.31"})), to(record_d)},
            {"a spoofed source under a priority tag",
             tagged(0x8100, 0xe000, frame(V4{.source = "10.1.2.31"})), drop(WEFT_DROP_source_address)},
        });
}

TEST_CASE("[4.3/matrix-source] source addresses other than the record's never leave") {
    Matrix matrix("IPv4 source addresses");
    const auto from = [](const char* source) { return frame(V4{.source = source}); };
    matrix.judge_sent(record_a,
                      {
                          {"a neighbour's on its host", from("10.1.2.31"), drop(WEFT_DROP_source_address)},
                          {"the receiver's own", from("10.1.2.50"), drop(WEFT_DROP_source_address)},
                          {"one of another subnet", from("10.1.3.7"), drop(WEFT_DROP_source_address)},
                          {"a free one of the subnet", from("10.1.2.99"), drop(WEFT_DROP_source_address)},
                          {"the router's", from("10.1.2.1"), drop(WEFT_DROP_source_address)},
                          {"the other subnet's router's", from("10.1.3.1"), drop(WEFT_DROP_source_address)},
                          {"the subnet's own", from("10.1.2.0"), drop(WEFT_DROP_source_address)},
                          {"the subnet's broadcast", from("10.1.2.255"), drop(WEFT_DROP_source_address)},
                          {"outside the partition", from("198.51.100.7"), drop(WEFT_DROP_source_address)},
                          {"this host's underlay", from("192.0.2.1"), drop(WEFT_DROP_source_address)},
                          {"the peer's underlay", from("192.0.2.2"), drop(WEFT_DROP_source_address)},
                          {"none", from("0.0.0.0"), drop(WEFT_DROP_source_address)},
                          {"of this network", from("0.0.0.9"), drop(WEFT_DROP_source_address)},
                          {"loopback", from("127.0.0.1"), drop(WEFT_DROP_source_address)},
                          {"link-local", from("169.254.7.7"), drop(WEFT_DROP_source_address)},
                          {"the metadata service's", from("169.254.169.254"), drop(WEFT_DROP_source_address)},
                          {"a group", from("224.0.0.1"), drop(WEFT_DROP_source_address)},
                          {"a group of an organisation", from("239.1.2.3"), drop(WEFT_DROP_source_address)},
                          {"reserved", from("240.0.0.1"), drop(WEFT_DROP_source_address)},
                          {"broadcast", from("255.255.255.255"), drop(WEFT_DROP_source_address)},
                          {"one bit off at the front", from("138.1.2.30"), drop(WEFT_DROP_source_address)},
                          {"one bit off at the end", from("10.1.2.31"), drop(WEFT_DROP_source_address)},
                          {"bytes turned round", from("30.2.1.10"), drop(WEFT_DROP_source_address)},
                      });
    const auto tcp_from = [](const char* source) {
        return frame(V4{.source = source,
                        .protocol = protocol_tcp,
                        .l4 = tcp({.source = 1, .destination = 2, .flags = tcp_syn})});
    };
    const auto ping_from = [](const char* source) {
        return frame(V4{.source = source, .protocol = protocol_icmp, .l4 = icmp(8, 0, 1, payload(8))});
    };
    const auto protocol_from = [](std::uint8_t protocol, const char* source) {
        return frame(V4{.source = source, .protocol = protocol});
    };
    matrix.judge_sent(
        record_a,
        {
            {"TCP from a neighbour", tcp_from("10.1.2.31"), drop(WEFT_DROP_source_address)},
            {"TCP from none", tcp_from("0.0.0.0"), drop(WEFT_DROP_source_address)},
            {"ping from a neighbour", ping_from("10.1.2.31"), drop(WEFT_DROP_source_address)},
            {"ping from the receiver", ping_from("10.1.2.50"), drop(WEFT_DROP_source_address)},
            {"GRE from a neighbour", protocol_from(47, "10.1.2.31"), drop(WEFT_DROP_source_address)},
            {"ESP from a neighbour", protocol_from(50, "10.1.2.31"), drop(WEFT_DROP_source_address)},
            {"IP in IP from a neighbour", protocol_from(4, "10.1.2.31"), drop(WEFT_DROP_source_address)},
            {"a reserved protocol from a neighbour", protocol_from(255, "10.1.2.31"),
             drop(WEFT_DROP_source_address)},
            {"to the router, from a neighbour",
             frame(V4{.to = mac_router, .source = "10.1.2.31", .destination = "10.1.2.1"}),
             drop(WEFT_DROP_source_address)},
            {"to another subnet, from a neighbour",
             frame(V4{.to = mac_router, .source = "10.1.2.31", .destination = "10.1.3.7"}),
             drop(WEFT_DROP_source_address)},
            {"a DHCP request from a neighbour's address",
             frame(V4{.to = mac_router,
                      .source = "10.1.2.31",
                      .destination = "10.1.2.1",
                      .l4 = udp(68, 67, payload(240))}),
             drop(WEFT_DROP_source_address)},
            {"a DHCP answer, as a server",
             frame(V4{.to = mac_d,
                      .source = "10.1.2.1",
                      .destination = "10.1.2.31",
                      .l4 = udp(67, 68, payload(240))}),
             drop(WEFT_DROP_source_address)},
            {"a broadcast DHCP answer from its own address",
             frame(V4{.to = broadcast, .destination = "255.255.255.255", .l4 = udp(67, 68, payload(240))}),
             drop(WEFT_DROP_multicast)},
        });
}

TEST_CASE(
    "[4.3/matrix-source6] [5.6/matrix-source] IPv6 source addresses other than the record's never leave") {
    Matrix matrix("IPv6 source addresses");
    const auto from = [](const char* source) { return frame(V6{.source = source}); };
    matrix.judge_sent(
        record_a,
        {
            {"a neighbour's on its host", from("2001:db8:12::31"), drop(WEFT_DROP_source_address)},
            {"the receiver's own", from("2001:db8:12::50"), drop(WEFT_DROP_source_address)},
            {"one of another subnet", from("2001:db8:13::7"), drop(WEFT_DROP_source_address)},
            {"a free one of the subnet", from("2001:db8:12::99"), drop(WEFT_DROP_source_address)},
            {"the router's", from("2001:db8:12::1"), drop(WEFT_DROP_source_address)},
            {"the subnet routers' anycast", from("2001:db8:12::"), drop(WEFT_DROP_source_address)},
            {"outside the partition", from("2001:db8:ffff::7"), drop(WEFT_DROP_source_address)},
            {"this host's underlay", from("2001:db8::1"), drop(WEFT_DROP_source_address)},
            {"the peer's underlay", from("2001:db8::2"), drop(WEFT_DROP_source_address)},
            {"none", from("::"), drop(WEFT_DROP_source_address)},
            {"loopback", from("::1"), drop(WEFT_DROP_source_address)},
            {"IPv4-compatible", from("::10.1.2.30"), drop(WEFT_DROP_source_address)},
            {"its IPv4 address mapped", from("::ffff:10.1.2.30"), drop(WEFT_DROP_ip6_mapped)},
            {"a neighbour's IPv4 address mapped", from("::ffff:10.1.2.31"), drop(WEFT_DROP_ip6_mapped)},
            {"6to4 of its IPv4 address", from("2002:a01:21e::1"), drop(WEFT_DROP_source_address)},
            {"NAT64's prefix", from("64:ff9b::10.1.2.30"), drop(WEFT_DROP_source_address)},
            {"unique local", from("fd00::30"), drop(WEFT_DROP_source_address)},
            {"site-local of old", from("fec0::30"), drop(WEFT_DROP_source_address)},
            {"link-local of its MAC", from("fe80::ff:fe00:a01"), drop(WEFT_DROP_link_local)},
            {"the router's link-local", from("fe80::ff:fe00:fe"), drop(WEFT_DROP_link_local)},
            {"all nodes", from("ff02::1"), drop(WEFT_DROP_source_address)},
            {"a global group", from("ff0e::7"), drop(WEFT_DROP_source_address)},
            {"one bit off in the prefix", from("2001:db8:13::30"), drop(WEFT_DROP_source_address)},
            {"one bit off in the middle", from("2001:db8:12:0:1::30"), drop(WEFT_DROP_source_address)},
            {"TCP from a neighbour",
             frame(V6{.source = "2001:db8:12::31",
                      .next = protocol_tcp,
                      .l4 = tcp({.source = 1, .destination = 2, .flags = tcp_syn})}),
             drop(WEFT_DROP_source_address)},
            {"behind an extension header, from a neighbour",
             frame(V6{.source = "2001:db8:12::31", .next = 60, .l4 = extension(17) + udp(1, 2, payload(8))}),
             drop(WEFT_DROP_source_address)},
            {"a fragment from a neighbour",
             frame(V6{
                 .source = "2001:db8:12::31", .next = 44, .l4 = fragment_header(17, 0x80, 9) + payload(16)}),
             drop(WEFT_DROP_source_address)},
            {"to the router, from a neighbour",
             frame(V6{.to = mac_router, .source = "2001:db8:12::31", .destination = "2001:db8:12::1"}),
             drop(WEFT_DROP_source_address)},
            {"to another subnet, from a neighbour",
             frame(V6{.to = mac_router, .source = "2001:db8:12::31", .destination = "2001:db8:13::7"}),
             drop(WEFT_DROP_source_address)},
            {"a DHCPv6 server's answer",
             frame(V6{.to = mac_d,
                      .source = "fe80::ff:fe00:fe",
                      .destination = "fe80::ff:fe00:d04",
                      .l4 = udp(547, 546, payload(20))}),
             drop(WEFT_DROP_dhcp6)},
        });
}

TEST_CASE(
    "[4.3/matrix-destination] [4.5/matrix-outside] what an instance sends reaches its partition's own "
    "alone") {
    Matrix matrix("destinations of an instance");
    const auto v4 = [](const Mac& mac, const char* destination) {
        return frame(V4{.to = mac, .destination = destination});
    };
    const auto v6 = [](const Mac& mac, const char* destination) {
        return frame(V6{.to = mac, .destination = destination});
    };
    matrix.judge_sent(
        record_a,
        {
            {"a record of another subnet, by the router", v4(mac_router, "10.1.3.7"), to(record_c)},
            {"the same, IPv6", v6(mac_router, "2001:db8:13::7"), to(record_c)},
            {"a neighbour, by the router", v4(mac_router, "10.1.2.31"), to(record_d)},
            {"a neighbour, by the other partition's MAC", v4(mac_r, "10.1.2.31"), to(record_d)},
            {"a far record, by the other partition's MAC", v4(mac_s, "10.1.2.50"), to(record_b)},
            {"the same, IPv6", v6(mac_s, "2001:db8:12::50"), to(record_b)},
            {"its own address goes back to it alone", v4(mac_a, "10.1.2.30"), to(record_a)},
            {"its own address, by the other partition's MAC", v4(mac_r, "10.1.2.30"), to(record_a)},
            {"a free address", v4(mac_b, "10.1.2.99"), drop(WEFT_DROP_no_mapping)},
            {"the subnet's own address", v4(mac_router, "10.1.2.0"), drop(WEFT_DROP_no_mapping)},
            {"the subnet's broadcast by a group MAC", v4(broadcast, "10.1.2.255"), drop(WEFT_DROP_multicast)},
            {"the subnet's broadcast by the router", v4(mac_router, "10.1.2.255"),
             drop(WEFT_DROP_no_mapping)},
            {"broadcast", v4(broadcast, "255.255.255.255"), drop(WEFT_DROP_multicast)},
            {"broadcast by a neighbour's MAC", v4(mac_d, "255.255.255.255"), drop(WEFT_DROP_multicast)},
            {"a neighbour's address by a group MAC", v4(broadcast, "10.1.2.31"), drop(WEFT_DROP_multicast)},
            {"all systems", v4(mac("01:00:5e:00:00:01"), "224.0.0.1"), drop(WEFT_DROP_multicast)},
            {"a group by a neighbour's MAC", v4(mac_d, "239.1.2.3"), drop(WEFT_DROP_multicast)},
            {"reserved", v4(mac_router, "240.0.0.1"), drop(WEFT_DROP_multicast)},
            {"none", v4(mac_router, "0.0.0.0"), drop(WEFT_DROP_no_route)},
            {"loopback", v4(mac_router, "127.0.0.1"), drop(WEFT_DROP_no_route)},
            {"loopback by its host's MAC", v4(mac_uplink, "127.0.0.1"), drop(WEFT_DROP_no_route)},
            {"link-local", v4(mac_router, "169.254.169.254"), drop(WEFT_DROP_no_route)},
            {"outside", v4(mac_router, "198.51.100.7"), drop(WEFT_DROP_no_route)},
            {"this host's underlay", v4(mac_router, "192.0.2.1"), drop(WEFT_DROP_no_route)},
            {"this host's underlay by its MAC", v4(mac_uplink, "192.0.2.1"), drop(WEFT_DROP_no_route)},
            {"the peer's underlay", v4(mac_peer, "192.0.2.2"), drop(WEFT_DROP_no_route)},
            {"the router, other than a ping", v4(mac_router, "10.1.2.1"), drop(WEFT_DROP_router_traffic)},
            {"another subnet's router, other than a ping", v4(mac_router, "10.1.3.1"),
             drop(WEFT_DROP_router_traffic)},
            {"a free address, IPv6", v6(mac_b, "2001:db8:12::99"), drop(WEFT_DROP_no_mapping)},
            {"its own IPv6 address", v6(mac_a, "2001:db8:12::30"), to(record_a)},
            {"outside, IPv6", v6(mac_router, "2001:db8:ffff::7"), drop(WEFT_DROP_no_route)},
            {"this host's underlay, IPv6", v6(mac_uplink, "2001:db8::1"), drop(WEFT_DROP_no_route)},
            {"the peer's underlay, IPv6", v6(mac_peer, "2001:db8::2"), drop(WEFT_DROP_no_route)},
            {"none, IPv6", v6(mac_router, "::"), drop(WEFT_DROP_no_route)},
            {"loopback, IPv6", v6(mac_router, "::1"), drop(WEFT_DROP_no_route)},
            {"a far record's IPv4 address mapped", v6(mac_b, "::ffff:10.1.2.50"), drop(WEFT_DROP_ip6_mapped)},
            {"all nodes", v6(mac("33:33:00:00:00:01"), "ff02::1"), drop(WEFT_DROP_multicast)},
            {"all nodes by a neighbour's MAC", v6(mac_d, "ff02::1"), drop(WEFT_DROP_multicast)},
            {"all routers", v6(mac("33:33:00:00:00:02"), "ff02::2"), drop(WEFT_DROP_multicast)},
            {"a global group", v6(mac("33:33:00:00:00:07"), "ff0e::7"), drop(WEFT_DROP_multicast)},
            {"a far record by a group MAC", v6(mac("33:33:00:00:00:01"), "2001:db8:12::50"),
             drop(WEFT_DROP_multicast)},
            {"a neighbour's link-local", v6(mac_d, "fe80::ff:fe00:d04"), drop(WEFT_DROP_link_local)},
            {"the router's link-local", v6(mac_router, "fe80::ff:fe00:fe"), drop(WEFT_DROP_link_local)},
        });
}
