// SPDX-License-Identifier: Apache-2.0
// Whatever is inside a packet of a known host: it comes from an address that the host may send, and reaches
// only who has its destination in that partition, however often it is encapsulated.
#include <doctest/doctest.h>

#include "tests/bpf/matrix/outer.h"

using namespace weft::test;

TEST_CASE("[4.4/matrix-inner] [5.6/matrix-inner] a host sends its own records' addresses alone") {
    Matrix matrix("inner sources and destinations");
    const Ipv6 to_a{.source = ip6("2001:db8:12::50"), .destination = ip6("2001:db8:12::30")};
    const auto icmp_inside = [&](std::uint8_t type, std::uint8_t hops) {
        return frame(
            V6{.to = mac_a,
               .from = mac_b,
               .source = "2001:db8:12::50",
               .destination = "2001:db8:12::30",
               .next = protocol_icmp6,
               .l4 = icmp6(to_a, type, 0, 0, ip6("2001:db8:12::50") + Bytes{2, 1, 2, 0, 0, 0, 11, 2}),
               .hops = hops});
    };
    matrix.judge_arriving({
        {"b's", in_geneve(inner4("10.1.2.50")), to(record_a)},
        {"c's, of another subnet", in_geneve(inner4("10.1.3.7")), to(record_a)},
        {"b's to d", in_geneve(inner4("10.1.2.50", "10.1.2.31", mac_d)), to(record_d)},
        {"b's, IPv6", in_geneve(inner6("2001:db8:12::50")), to(record_a)},
        {"b's, by d's MAC: the address decides", in_geneve(inner4("10.1.2.50", "10.1.2.30", mac_d)),
         to(record_a)},
        {"b's, by r's MAC: the partition decides", in_geneve(inner4("10.1.2.50", "10.1.2.30", mac_r)),
         to(record_a)},
        {"b's, by the uplink's MAC", in_geneve(inner4("10.1.2.50", "10.1.2.30", mac_uplink)), to(record_a)},
        {"a free address", in_geneve(inner4("10.1.2.99")), drop(WEFT_DROP_inner_source)},
        {"the receiver's own", in_geneve(inner4("10.1.2.30")), drop(WEFT_DROP_inner_source)},
        {"its neighbour's here", in_geneve(inner4("10.1.2.31")), drop(WEFT_DROP_inner_source)},
        {"the router's", in_geneve(inner4("10.1.2.1")), drop(WEFT_DROP_inner_source)},
        {"none", in_geneve(inner4("0.0.0.0")), drop(WEFT_DROP_inner_source)},
        {"loopback", in_geneve(inner4("127.0.0.1")), drop(WEFT_DROP_inner_source)},
        {"outside", in_geneve(inner4("198.51.100.7")), drop(WEFT_DROP_inner_source)},
        {"a group", in_geneve(inner4("224.0.0.1")), drop(WEFT_DROP_inner_source)},
        {"broadcast", in_geneve(inner4("255.255.255.255")), drop(WEFT_DROP_inner_source)},
        {"the sending host's underlay", in_geneve(inner4("192.0.2.2")), drop(WEFT_DROP_inner_source)},
        {"the receiving host's underlay", in_geneve(inner4("192.0.2.1")), drop(WEFT_DROP_inner_source)},
        {"a free address in VXLAN", in_vxlan(inner4("10.1.2.99")), drop(WEFT_DROP_inner_source)},
        {"a free IPv6 address", in_geneve(inner6("2001:db8:12::99")), drop(WEFT_DROP_inner_source)},
        {"the receiver's own, IPv6", in_geneve(inner6("2001:db8:12::30")), drop(WEFT_DROP_inner_source)},
        {"none, IPv6", in_geneve(inner6("::")), drop(WEFT_DROP_inner_source)},
        {"link-local", in_geneve(inner6("fe80::ff:fe00:b02")), drop(WEFT_DROP_inner_source)},
        {"a group, IPv6", in_geneve(inner6("ff02::1")), drop(WEFT_DROP_inner_source)},
        {"b's IPv4 address mapped", in_geneve(inner6("::ffff:10.1.2.50")), drop(WEFT_DROP_inner_ip6_mapped)},
        {"to a's IPv4 address mapped", in_geneve(inner6("2001:db8:12::50", "::ffff:10.1.2.30")),
         drop(WEFT_DROP_inner_ip6_mapped)},
        {"to a free address by nobody's MAC", in_geneve(inner4("10.1.2.50", "10.1.2.99", mac_b)),
         drop(WEFT_DROP_no_destination)},
        {"to a free address by a's MAC", in_geneve(inner4("10.1.2.50", "10.1.2.99")),
         drop(WEFT_DROP_destination_address)},
        {"to a record that is elsewhere", in_geneve(inner4("10.1.2.50", "10.1.3.7", mac_c)),
         drop(WEFT_DROP_no_destination)},
        {"to the router", in_geneve(inner4("10.1.2.50", "10.1.2.1", mac_router)),
         drop(WEFT_DROP_no_destination)},
        {"to this host's underlay", in_geneve(inner4("10.1.2.50", "192.0.2.1", mac_uplink)),
         drop(WEFT_DROP_no_destination)},
        {"to this host's underlay by a's MAC", in_geneve(inner4("10.1.2.50", "192.0.2.1")),
         drop(WEFT_DROP_destination_address)},
        {"to loopback by a's MAC", in_geneve(inner4("10.1.2.50", "127.0.0.1")),
         drop(WEFT_DROP_destination_address)},
        {"to broadcast", in_geneve(inner4("10.1.2.50", "255.255.255.255", mac("ff:ff:ff:ff:ff:ff"))),
         drop(WEFT_DROP_no_destination)},
        {"to broadcast by a's MAC", in_geneve(inner4("10.1.2.50", "255.255.255.255")),
         drop(WEFT_DROP_destination_address)},
        {"to the subnet's broadcast by a's MAC", in_geneve(inner4("10.1.2.50", "10.1.2.255")),
         drop(WEFT_DROP_destination_address)},
        {"to a group by a's MAC", in_geneve(inner4("10.1.2.50", "224.0.0.1")),
         drop(WEFT_DROP_destination_address)},
        {"to all nodes", in_geneve(inner6("2001:db8:12::50", "ff02::1", mac("33:33:00:00:00:01"))),
         drop(WEFT_DROP_no_destination)},
        {"to all nodes by a's MAC", in_geneve(inner6("2001:db8:12::50", "ff02::1")),
         drop(WEFT_DROP_destination_address)},
        {"to a's link-local", in_geneve(inner6("2001:db8:12::50", "fe80::ff:fe00:a01")),
         drop(WEFT_DROP_destination_address)},
        {"to this host's underlay, IPv6", in_geneve(inner6("2001:db8:12::50", "2001:db8::1", mac_uplink)),
         drop(WEFT_DROP_no_destination)},
        {"ARP inside",
         in_geneve(ethernet(mac_a, mac_b, ethertype_arp,
                            arp({.operation = 2, .sender_mac = mac_b, .sender = ip("10.1.2.1")}))),
         drop(WEFT_DROP_inner_ethertype)},
        {"a VLAN inside", in_geneve(slice(good, 0, 12) + be16(0x8100) + be16(5) + slice(good, 12)),
         drop(WEFT_DROP_inner_ethertype)},
        {"link layer discovery inside", in_geneve(ethernet(mac_a, mac_b, 0x88cc, payload(46))),
         drop(WEFT_DROP_inner_ethertype)},
        {"neighbour solicitation inside", in_geneve(icmp_inside(135, 255)), drop(WEFT_DROP_inner_discovery)},
        {"neighbour advertisement inside", in_geneve(icmp_inside(136, 255)), drop(WEFT_DROP_inner_discovery)},
        {"router advertisement inside", in_geneve(icmp_inside(134, 255)), drop(WEFT_DROP_inner_discovery)},
        {"redirect inside", in_geneve(icmp_inside(137, 255)), drop(WEFT_DROP_inner_discovery)},
        {"router solicitation inside", in_geneve(icmp_inside(133, 64)), drop(WEFT_DROP_inner_discovery)},
        {"a ping inside", in_geneve(icmp_inside(128, 64)), to(record_a)},
    });
}

TEST_CASE("[4.4/matrix-nested] [4.5/matrix-nested] encapsulation inside encapsulation opens no second way") {
    Matrix matrix("encapsulation inside encapsulation");
    const auto carries = [](const char* destination, const Mac& mac, std::uint16_t port,
                            const Bytes& header) {
        return frame(V4{.to = mac, .destination = destination, .l4 = udp(50000, port, header)});
    };
    const auto forged = vxlan(red, frame(V4{.to = mac_s, .from = mac_r}));
    const auto forged_geneve = geneve(red, weft_options(red, 0), frame(V4{.to = mac_s, .from = mac_r}));
    const auto own =
        vxlan(blue, frame(V4{.to = mac_a, .from = mac_b, .source = "10.1.2.50", .destination = "10.1.2.30"}));
    matrix.judge_sent(
        record_a,
        {
            {"VXLAN to this host", carries("192.0.2.1", mac_router, 4789, own), drop(WEFT_DROP_no_route)},
            {"VXLAN to this host by its MAC", carries("192.0.2.1", mac_uplink, 4789, own),
             drop(WEFT_DROP_no_route)},
            {"VXLAN of the other partition to this host", carries("192.0.2.1", mac_router, 4789, forged),
             drop(WEFT_DROP_no_route)},
            {"Geneve to this host", carries("192.0.2.1", mac_router, 6081, forged_geneve),
             drop(WEFT_DROP_no_route)},
            {"VXLAN to the peer", carries("192.0.2.2", mac_peer, 4789, forged), drop(WEFT_DROP_no_route)},
            {"Geneve to the peer", carries("192.0.2.2", mac_router, 6081, forged_geneve),
             drop(WEFT_DROP_no_route)},
            {"VXLAN to the peer as this host",
             frame(V4{.to = mac_peer,
                      .source = "192.0.2.1",
                      .destination = "192.0.2.2",
                      .l4 = udp(50000, 4789, forged)}),
             drop(WEFT_DROP_source_address)},
            {"Geneve to the peer as this host",
             frame(V4{.to = mac_peer,
                      .source = "192.0.2.1",
                      .destination = "192.0.2.2",
                      .l4 = udp(50000, 6081, forged_geneve)}),
             drop(WEFT_DROP_source_address)},
            {"VXLAN to this host as the peer",
             frame(V4{.to = mac_uplink,
                      .source = "192.0.2.2",
                      .destination = "192.0.2.1",
                      .l4 = udp(50000, 4789, own)}),
             drop(WEFT_DROP_source_address)},
            {"VXLAN over IPv6 to this host",
             frame(V6{.to = mac_uplink, .destination = "2001:db8::1", .l4 = udp(50000, 4789, own)}),
             drop(WEFT_DROP_no_route)},
            {"VXLAN over IPv6 to the peer as this host",
             frame(V6{.to = mac_peer,
                      .source = "2001:db8::1",
                      .destination = "2001:db8::2",
                      .l4 = udp(50000, 4789, forged)}),
             drop(WEFT_DROP_source_address)},
            {"VXLAN to b is data of b's, opened once", carries("10.1.2.50", mac_b, 4789, forged),
             to(record_b)},
            {"Geneve to b", carries("10.1.2.50", mac_b, 6081, forged_geneve), to(record_b)},
            {"VXLAN to d on this host", carries("10.1.2.31", mac_d, 4789, forged), to(record_d)},
            {"Geneve to d", carries("10.1.2.31", mac_d, 6081, forged_geneve), to(record_d)},
            {"VXLAN to c, of another subnet", carries("10.1.3.7", mac_router, 4789, forged), to(record_c)},
            {"a whole outer packet of the peer's to b",
             frame(V4{.protocol = 4, .l4 = slice(outer4(4789, own), 14)}), to(record_b)},
        });
    matrix.judge_arriving({
        {"VXLAN in Geneve reaches a as data",
         in_geneve(frame(V4{.to = mac_a,
                            .from = mac_b,
                            .source = "10.1.2.50",
                            .destination = "10.1.2.30",
                            .l4 = udp(50000, 4789, forged)})),
         to(record_a)},
        {"a whole outer packet inside, as it came from the peer", in_geneve(outer4(4789, forged)),
         drop(WEFT_DROP_inner_source)},
        {"a whole outer packet inside, from b to this host",
         in_geneve(frame(V4{.to = mac_uplink,
                            .from = mac_b,
                            .source = "10.1.2.50",
                            .destination = "192.0.2.1",
                            .l4 = udp(50000, 4789, forged)})),
         drop(WEFT_DROP_no_destination)},
        {"a framework header inside instead of a frame", in_geneve(vxlan(blue, good)),
         drop(WEFT_DROP_inner_ethertype)},
    });
}

TEST_CASE("[4.5/matrix] what the partitions have in common never makes them meet") {
    Matrix matrix("overlapping partitions");
    const auto of_r = [](const char* destination, const Mac& mac) {
        return frame(V4{.to = mac, .from = mac_r, .destination = destination});
    };
    const auto of_r6 = [](const char* destination, const Mac& mac) {
        return frame(V6{.to = mac, .from = mac_r, .destination = destination});
    };
    matrix.judge_sent(
        record_r,
        {
            {"r to 10.1.2.50 is for s, not b", of_r("10.1.2.50", mac_s), to(record_s)},
            {"by b's MAC", of_r("10.1.2.50", mac_b), to(record_s)},
            {"IPv6", of_r6("2001:db8:12::50", mac_b), to(record_s)},
            {"by the router", of_r("10.1.2.50", mac_router), to(record_s)},
            {"to its own, which a has too", of_r("10.1.2.30", mac_a), to(record_r)},
            {"to d's", of_r("10.1.2.31", mac_d), drop(WEFT_DROP_no_mapping)},
            {"to d's, IPv6", of_r6("2001:db8:12::31", mac_d), drop(WEFT_DROP_no_mapping)},
            {"to c's", of_r("10.1.3.7", mac_router), drop(WEFT_DROP_no_mapping)},
            {"to c's, IPv6", of_r6("2001:db8:13::7", mac_router), drop(WEFT_DROP_no_mapping)},
            {"as a", frame(V4{.from = mac_a}), drop(WEFT_DROP_source_mac)},
            {"as a to d", frame(V4{.to = mac_d, .from = mac_a, .destination = "10.1.2.31"}),
             drop(WEFT_DROP_source_mac)},
            {"as d", frame(V4{.from = mac_r, .source = "10.1.2.31"}), drop(WEFT_DROP_source_address)},
        });
    const auto red_of = [](const Bytes& inner) {
        return outer4(6081, geneve(red, weft_options(red, 0), inner));
    };
    matrix.judge_arriving({
        {"10.1.2.50 to 10.1.2.30, red", red_of(inner4("10.1.2.50")), to(record_r)},
        {"the same, blue", in_geneve(inner4("10.1.2.50")), to(record_a)},
        {"red in VXLAN", in_vxlan(inner4("10.1.2.50"), red), to(record_r)},
        {"red, IPv6", red_of(inner6("2001:db8:12::50")), to(record_r)},
        {"red, by a's MAC", red_of(inner4("10.1.2.50", "10.1.2.30", mac_a)), to(record_r)},
        {"red to d's address", red_of(inner4("10.1.2.50", "10.1.2.31", mac_d)),
         drop(WEFT_DROP_no_destination)},
        {"red to d's address, by r's MAC", red_of(inner4("10.1.2.50", "10.1.2.31", mac_r)),
         drop(WEFT_DROP_destination_address)},
        {"red to d's address, IPv6", red_of(inner6("2001:db8:12::50", "2001:db8:12::31", mac_d)),
         drop(WEFT_DROP_no_destination)},
        {"red from c's address", red_of(inner4("10.1.3.7")), drop(WEFT_DROP_inner_source)},
        {"red from c's address, IPv6", red_of(inner6("2001:db8:13::7")), drop(WEFT_DROP_inner_source)},
        {"red outside, blue in the options",
         outer4(6081, geneve(red, weft_options(blue, 0), inner4("10.1.2.50"))), drop(WEFT_DROP_gni_mismatch)},
        {"red in VXLAN to d's address", in_vxlan(inner4("10.1.2.50", "10.1.2.31", mac_d), red),
         drop(WEFT_DROP_no_destination)},
    });
}
