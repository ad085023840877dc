// SPDX-License-Identifier: Apache-2.0
// out: the phantom router, route tables, and delivery on this host.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

// The inner frame of an encapsulated one (Geneve over IPv4).
Bytes inside(const Bytes& packet) { return slice(packet, 14 + 20 + 8 + 32); }

Bytes udp_frame(const Mac& to, const Mac& from, std::string_view source, std::string_view destination,
                std::uint8_t ttl) {
    const Ipv4 header{.source = ip(source), .destination = ip(destination), .ttl = ttl, .fragment = 0x4000};
    return ethernet(to, from, ethertype_ipv4, ipv4(header, udp(1111, 2222, payload(10))));
}

}  // namespace

TEST_CASE("[5.1/route] between subnets the router takes a hop and puts its MAC") {
    World world;
    const auto ran = world.programs.send(udp_frame(mac_router, mac_a, "10.1.2.30", "10.1.3.7", 64), world.i1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(inside(ran.packet)) == to_hex(udp_frame(mac_c, mac_router, "10.1.2.30", "10.1.3.7", 63)));
}

TEST_CASE("[5.1/bridge] inside a subnet no hop is taken and the sender's MAC stays") {
    World world;
    const auto frame = udp_frame(mac_b, mac_a, "10.1.2.30", "10.1.2.50", 1);
    const auto ran = world.programs.send(frame, world.i1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(inside(ran.packet)) == to_hex(frame));
}

TEST_CASE("[7.2/stale] a stale destination MAC is put right") {
    World world;
    const auto ran = world.programs.send(udp_frame(mac_d, mac_a, "10.1.2.30", "10.1.2.50", 9), world.i1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(inside(ran.packet)) == to_hex(udp_frame(mac_b, mac_a, "10.1.2.30", "10.1.2.50", 9)));
}

TEST_CASE("[5.4/table] outside the subnet the table decides, whatever the MAC") {
    World world;
    const auto send = [&](std::string_view destination) {
        return world.programs.send(udp_frame(mac_router, mac_a, "10.1.2.30", destination, 64), world.i1);
    };
    SUBCASE("no route") { world.expect_dropped(send("198.51.100.1"), WEFT_DROP_no_route, record_a); }
    SUBCASE("blackhole, more specific") {
        world.add_route(blue_table, "10.1.3.0", 24, WEFT_ROUTE_BLACKHOLE);
        world.expect_dropped(send("10.1.3.7"), WEFT_DROP_blackhole, record_a);
    }
    SUBCASE("blackhole is not passed by naming the station") {
        world.add_route(blue_table, "10.1.3.0", 24, WEFT_ROUTE_BLACKHOLE);
        const auto frame = udp_frame(mac_c, mac_a, "10.1.2.30", "10.1.3.7", 64);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_blackhole, record_a);
    }
    SUBCASE("a target of another kind") {
        world.add_route(blue_table, "198.51.100.0", 24, static_cast<weft_route_target>(7));
        world.expect_dropped(send("198.51.100.1"), WEFT_DROP_route_target, record_a);
    }
    SUBCASE("an appliance: its MAC, the destination untouched") {
        world.add_route(blue_table, "0.0.0.0", 0, WEFT_ROUTE_RECORD, "10.1.2.50");
        const auto ran = send("198.51.100.1");
        REQUIRE(ran.verdict == redirect);
        CHECK(to_hex(inside(ran.packet)) ==
              to_hex(udp_frame(mac_b, mac_router, "10.1.2.30", "198.51.100.1", 63)));
    }
    SUBCASE("another partition's table does not apply") {
        world.add_route(red_table, "0.0.0.0", 0, WEFT_ROUTE_RECORD, "10.1.2.50");
        world.expect_dropped(send("198.51.100.1"), WEFT_DROP_no_route, record_a);
    }
}

TEST_CASE("[5.4/mapping] a destination that nobody has is dropped and counted") {
    World world;
    world.expect_dropped(world.programs.send(udp_frame(mac_b, mac_a, "10.1.2.30", "10.1.2.77", 64), world.i1),
                         WEFT_DROP_no_mapping, record_a);
}

TEST_CASE("[1.1/prefix] a delegated prefix is mapped as a whole") {
    World world;
    weft_overlay_prefix key{};
    key.prefixlen = WEFT_GNI_BITS + WEFT_MAPPED_BITS + 28;
    key.gni = blue;
    key.address = mapped("10.1.4.16");
    weft_mapping mapping{};
    mapping.host = peer_host;
    mapping.mac[5] = 0x77;
    world.put(WEFT_MAP_NAME(WEFT_MAPPING_PREFIX_MAP), key, mapping);
    const auto ran =
        world.programs.send(udp_frame(mac_router, mac_a, "10.1.2.30", "10.1.4.31", 64), world.i1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 74, 6)) == "000000000077");
    const auto outside = udp_frame(mac_router, mac_a, "10.1.2.30", "10.1.4.32", 64);
    world.expect_dropped(world.programs.send(outside, world.i1), WEFT_DROP_no_mapping);
}

TEST_CASE("[2.2/local] two instances of one host reach each other without the underlay") {
    World world;
    const auto frame = udp_frame(mac_d, mac_a, "10.1.2.30", "10.1.2.31", 64);
    const auto ran = world.programs.send(frame, world.i1);
    CHECK(ran.verdict == redirect);
    CHECK(to_hex(ran.packet) == to_hex(frame));
    CHECK(world.counter(record_a).tx_packets == 1);
    CHECK(world.counter(record_d).rx_packets == 1);
    CHECK(world.counter(record_d).rx_bytes == frame.size());
    world.expect_nothing_dropped();
}

TEST_CASE("[5.1/local] routed on this host: the receiving subnet's router MAC, one hop") {
    World world;
    world.change_local(blue, "10.1.2.31", [](weft_local& l) { l.router_mac[0] = 0x06; });
    const auto ran = world.programs.send(udp_frame(mac_router, mac_a, "10.1.2.30", "10.1.2.31", 2), world.i1);
    CHECK(ran.verdict == redirect);
    auto router = mac_router;
    router[0] = 0x06;
    CHECK(to_hex(ran.packet) == to_hex(udp_frame(mac_d, router, "10.1.2.30", "10.1.2.31", 1)));
}

TEST_CASE("[2.2/local] a mapping to this host itself is a local delivery") {
    World world;
    weft_mapping mapping{};
    mapping.host = this_host;
    world.put(WEFT_MAP_NAME(WEFT_MAPPING_MAP), overlay(blue, "10.1.2.31"), mapping);
    world.put(WEFT_MAP_NAME(WEFT_MAPPING_MAP), overlay(blue, "10.1.2.77"), mapping);
    CHECK(world.programs.send(udp_frame(mac_d, mac_a, "10.1.2.30", "10.1.2.31", 64), world.i1).verdict ==
          redirect);
    CHECK(world.counter(record_d).rx_packets == 1);
    world.expect_nothing_dropped();
    world.expect_dropped(world.programs.send(udp_frame(mac_d, mac_a, "10.1.2.30", "10.1.2.77", 64), world.i1),
                         WEFT_DROP_no_local);
}

TEST_CASE("[4.5/local] overlapping addresses of two partitions never meet on one host") {
    World world;
    const auto frame = udp_frame(mac_d, mac_r, "10.1.2.30", "10.1.2.31", 64);
    world.expect_dropped(world.programs.send(frame, world.r1), WEFT_DROP_no_mapping, record_r);
    const auto ran = world.programs.send(udp_frame(mac_b, mac_r, "10.1.2.30", "10.1.2.50", 64), world.r1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 46, 3)) == "0000c8");
    CHECK(to_hex(inside(ran.packet)) == to_hex(udp_frame(mac_s, mac_r, "10.1.2.30", "10.1.2.50", 64)));
}

TEST_CASE("[2.4/local] [1.15/local] the receiver's state is enforced on local delivery too") {
    World world;
    const auto frame = udp_frame(mac_d, mac_a, "10.1.2.30", "10.1.2.31", 64);
    const auto set = [&](auto change) { world.change_local(blue, "10.1.2.31", change); };
    SUBCASE("not delivering") {
        set([](weft_local& l) { l.flags &= ~static_cast<__u32>(WEFT_PORT_DELIVER); });
        CHECK(world.programs.send(frame, world.i1).verdict == shot);
        CHECK(world.drops(WEFT_DROP_deliver_off) == 1);
    }
    SUBCASE("disabled") {
        set([](weft_local& l) { l.flags |= WEFT_PORT_DISABLED; });
        CHECK(world.programs.send(frame, world.i1).verdict == shot);
        CHECK(world.drops(WEFT_DROP_disabled) == 1);
    }
    SUBCASE("lease gone") {
        set([](weft_local& l) { l.lease_expiry = 1; });
        CHECK(world.programs.send(frame, world.i1).verdict == shot);
        CHECK(world.drops(WEFT_DROP_lease_expired) == 1);
    }
    CHECK(world.counter(record_d).rx_packets == 0);
    CHECK(world.counter(record_d).rx_drops == 1);
    CHECK(world.counter(record_a).tx_packets == 0);
}

TEST_CASE("[5.1/peer] no peer, no path, no framework: each its own reason") {
    World world;
    const auto frame = udp_frame(mac_b, mac_a, "10.1.2.30", "10.1.2.50", 64);
    SUBCASE("no peer") {
        world.erase(WEFT_MAP_NAME(WEFT_PEER_MAP), peer_host);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_no_peer, record_a);
    }
    SUBCASE("no path") {
        world.change_peer([](weft_peer& p) { p.ifindex = 0; });
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_no_path, record_a);
    }
    SUBCASE("[6.5/none] no framework selected") {
        world.use_framework(0);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_no_framework, record_a);
    }
    SUBCASE("a framework that this build does not know") {
        world.use_framework(31);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_no_framework, record_a);
    }
    SUBCASE("a framework larger than the partition allows") {
        world.change_port(world.i1, [](weft_port& p) { p.max_overhead = 73; });
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_framework_overhead, record_a);
    }
    SUBCASE("a framework just as large as allowed") {
        world.change_port(world.i1, [](weft_port& p) { p.max_overhead = 74; });
        CHECK(world.programs.send(frame, world.i1).verdict == redirect);
    }
}
