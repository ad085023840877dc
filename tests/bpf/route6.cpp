// SPDX-License-Identifier: Apache-2.0
// out for IPv6: the phantom router, route tables, and delivery on this host.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

// The inner frame of an encapsulated one (Geneve over IPv4).
Bytes inside(const Bytes& packet) { return slice(packet, 14 + 20 + 8 + 32); }

Bytes udp_frame(const Mac& to, const Mac& from, std::string_view destination, std::uint8_t hops) {
    const Ipv6 header{.source = ip6("2001:db8:12::30"), .destination = ip6(destination), .hops = hops};
    return ethernet(to, from, ethertype_ipv6, ipv6(header, udp(1111, 2222, payload(10))));
}

}  // namespace

TEST_CASE("[5.1/route6] between subnets the router takes a hop and puts its MAC") {
    World world;
    const auto ran = world.programs.send(udp_frame(mac_router, mac_a, "2001:db8:13::7", 64), world.i1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(inside(ran.packet)) == to_hex(udp_frame(mac_c, mac_router, "2001:db8:13::7", 63)));
}

TEST_CASE("[5.1/bridge6] inside a subnet no hop is taken, the sender's MAC stays, a stale one is put right") {
    World world;
    for (const auto& station : {mac_b, mac_d}) {
        const auto ran = world.programs.send(udp_frame(station, mac_a, "2001:db8:12::50", 1), world.i1);
        REQUIRE(ran.verdict == redirect);
        CHECK(to_hex(inside(ran.packet)) == to_hex(udp_frame(mac_b, mac_a, "2001:db8:12::50", 1)));
    }
}

TEST_CASE("[5.1/subnet6] the prefix length says what is on the link, bit by bit") {
    World world;
    const auto routed = [&](unsigned bits, const char* destination) {
        world.change_port(world.i1, [&](weft_port& p) { p.subnet6_bits = static_cast<__u8>(bits); });
        weft_mapping mapping{};
        mapping.host = peer_host;
        world.put(WEFT_MAP_NAME(WEFT_MAPPING_MAP), overlay(blue, destination), mapping);
        world.add_route(blue_table, "2000::", 3, WEFT_ROUTE_LOCAL);
        const auto ran = world.programs.send(udp_frame(mac_b, mac_a, destination, 9), world.i1);
        REQUIRE(ran.verdict == redirect);
        return inside(ran.packet).at(14 + 7) == 8;
    };
    // The router is 2001:db8:12::1. Addresses that differ from it first in bit 32, 33, 64, 96, 127, 128.
    const struct {
        const char* address;
        unsigned same;
    } cases[] = {{"2001:db9:12::1", 31},     {"2001:db8:8012::1", 32},     {"2001:db8:12:1::1", 63},
                 {"2001:db8:12::1:0:1", 95}, {"2001:db8:12::1:0:0:1", 79}, {"2001:db8:12::8000:1", 96},
                 {"2001:db8:12::3", 126}};
    for (const auto& c : cases) {
        CAPTURE(c.address);
        for (const unsigned bits : {1U, 31U, 32U, 33U, 63U, 64U, 65U, 79U, 80U, 96U, 97U, 126U, 127U, 128U}) {
            CAPTURE(bits);
            CHECK(routed(bits, c.address) == (bits > c.same));
        }
        CHECK(routed(0, c.address));  // a subnet without IPv6 has nothing on its link
    }
}

TEST_CASE("[5.4/table6] outside the subnet the table decides, whatever the MAC") {
    World world;
    const auto send = [&](std::string_view destination) {
        return world.programs.send(udp_frame(mac_router, mac_a, destination, 64), world.i1);
    };
    SUBCASE("no route") { world.expect_dropped(send("2001:db8:ff::1"), WEFT_DROP_no_route, record_a); }
    SUBCASE("an IPv4 default route is none for IPv6") {
        world.add_route(blue_table, "0.0.0.0", 0, WEFT_ROUTE_RECORD, "10.1.2.50");
        world.expect_dropped(send("2001:db8:ff::1"), WEFT_DROP_no_route, record_a);
    }
    SUBCASE("blackhole, more specific") {
        world.add_route(blue_table, "2001:db8:13::", 64, WEFT_ROUTE_BLACKHOLE);
        world.expect_dropped(send("2001:db8:13::7"), WEFT_DROP_blackhole, record_a);
    }
    SUBCASE("an appliance: its MAC, the destination untouched") {
        world.add_route(blue_table, "2001:db8:ff::", 48, WEFT_ROUTE_RECORD, "2001:db8:12::50");
        const auto ran = send("2001:db8:ff::1");
        REQUIRE(ran.verdict == redirect);
        CHECK(to_hex(inside(ran.packet)) == to_hex(udp_frame(mac_b, mac_router, "2001:db8:ff::1", 63)));
    }
    SUBCASE("a next hop of the other family") {
        world.add_route(blue_table, "2001:db8:ff::", 48, WEFT_ROUTE_RECORD, "10.1.2.50");
        const auto ran = send("2001:db8:ff::1");
        REQUIRE(ran.verdict == redirect);
        CHECK(to_hex(inside(ran.packet)) == to_hex(udp_frame(mac_b, mac_router, "2001:db8:ff::1", 63)));
    }
}

TEST_CASE("[5.4/mapping6] a destination that nobody has is dropped and counted") {
    World world;
    world.expect_dropped(world.programs.send(udp_frame(mac_b, mac_a, "2001:db8:12::77", 64), world.i1),
                         WEFT_DROP_no_mapping, record_a);
}

TEST_CASE("[1.1/prefix6] a delegated prefix is mapped as a whole") {
    World world;
    weft_overlay_prefix key{};
    key.prefixlen = WEFT_GNI_BITS + 80;
    key.gni = blue;
    key.address = mapped("2001:db8:14:0:7::");
    weft_mapping mapping{};
    mapping.host = peer_host;
    mapping.mac[5] = 0x77;
    world.put(WEFT_MAP_NAME(WEFT_MAPPING_PREFIX_MAP), key, mapping);
    const auto ran = world.programs.send(udp_frame(mac_router, mac_a, "2001:db8:14:0:7::9", 64), world.i1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 74, 6)) == "000000000077");
    world.expect_dropped(
        world.programs.send(udp_frame(mac_router, mac_a, "2001:db8:14:0:8::9", 64), world.i1),
        WEFT_DROP_no_mapping);
}

TEST_CASE("[2.2/local6] two instances of one host reach each other without the underlay") {
    World world;
    SUBCASE("inside a subnet") {
        const auto frame = udp_frame(mac_d, mac_a, "2001:db8:12::31", 64);
        CHECK(to_hex(world.programs.send(frame, world.i1).packet) == to_hex(frame));
        CHECK(world.counter(record_d).rx_bytes == frame.size());
    }
    SUBCASE("routed") {
        const auto ran = world.programs.send(udp_frame(mac_router, mac_a, "2001:db8:12::31", 2), world.i1);
        CHECK(to_hex(ran.packet) == to_hex(udp_frame(mac_d, mac_router, "2001:db8:12::31", 1)));
    }
    CHECK(world.counter(record_a).tx_packets == 1);
    CHECK(world.counter(record_d).rx_packets == 1);
    world.expect_nothing_dropped();
}

TEST_CASE("[4.5/local6] overlapping addresses of two partitions never meet on one host") {
    World world;
    const auto local = udp_frame(mac_d, mac_r, "2001:db8:12::31", 64);
    world.expect_dropped(world.programs.send(local, world.r1), WEFT_DROP_no_mapping, record_r);
    const auto ran = world.programs.send(udp_frame(mac_b, mac_r, "2001:db8:12::50", 64), world.r1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 46, 3)) == "0000c8");
    CHECK(to_hex(inside(ran.packet)) == to_hex(udp_frame(mac_s, mac_r, "2001:db8:12::50", 64)));
}
