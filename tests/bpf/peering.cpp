// SPDX-License-Identifier: Apache-2.0
// A route into another partition (requirement 5.4): under that partition's GNI, with own addresses alone.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t green = 300;
constexpr std::uint64_t record_g = 0x91;
constexpr std::uint32_t tag_g = 44;
const Mac mac_g = mac("02:00:00:00:07:07");

// green: g 10.2.0.5 and 2001:db8:20::5 on the peer; blue's table leads there.
struct Peering : World {
    Peering() {
        add_remote(green, record_g, "10.2.0.5", mac_g, tag_g);
        add_remote(green, record_g, "2001:db8:20::5", mac_g, tag_g);
        add_peering(blue_table, "10.2.0.0", 16, green);
        add_peering(blue_table, "2001:db8:20::", 44, green);
    }
};

// From g to a, as the peer sends it: under blue's GNI.
Bytes g_to_a(std::string_view source = "10.2.0.5") {
    const Ipv4 header{.source = ip(source), .destination = ip("10.1.2.30"), .fragment = 0x4000};
    return arriving(ethernet(mac_a, mac_router, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8)))), blue,
                    tag_g);
}

}  // namespace

TEST_CASE("[5.4/peering] it goes out under the other partition's GNI, a hop less") {
    Peering world;
    const auto ran = world.programs.send(from_a("10.2.0.5", mac_router, payload(10)), world.i1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 46, 3)) == "00012c");    // VNI
    CHECK(to_hex(slice(ran.packet, 54, 4)) == "0000012c");  // source GNI
    CHECK(to_hex(slice(ran.packet, 62, 4)) == "00000005");  // the sender's own tag
    CHECK(to_hex(slice(ran.packet, 74)) == to_hex([] {
              auto frame = from_a("10.2.0.5", mac_g, payload(10), 63);
              std::copy(mac_router.begin(), mac_router.end(), frame.begin() + 6);
              return frame;
          }()));
    world.expect_nothing_dropped();
}

TEST_CASE("[5.4/peering] [5.6/peering] so over IPv6, and in VXLAN") {
    Peering world;
    const auto ran = world.programs.send(from_a6("2001:db8:20::5", mac_router, payload(10)), world.i1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 46, 3)) == "00012c");
    world.use_framework(WEFT_FRAMEWORK_vxlan_1);
    const auto vxlan = world.programs.send(from_a("10.2.0.5", mac_router, payload(10)), world.i1);
    REQUIRE(vxlan.verdict == redirect);
    CHECK(to_hex(slice(vxlan.packet, 46, 3)) == "00012c");
}

TEST_CASE("[5.4/peering] only what the route names, and only for those with the route") {
    Peering world;
    const auto send = [&](std::string_view to) {
        return world.programs.send(from_a(to, mac_router, payload(10)), world.i1);
    };
    world.add_remote(green, record_g, "10.3.0.5", mac_g, tag_g);
    SUBCASE("outside the route") { world.expect_dropped(send("10.3.0.5"), WEFT_DROP_no_route, record_a); }
    SUBCASE("nobody there") { world.expect_dropped(send("10.2.0.6"), WEFT_DROP_no_mapping, record_a); }
    SUBCASE("a third partition's table") {
        const Ipv4 header{.source = ip("10.1.2.30"), .destination = ip("10.2.0.5"), .fragment = 0x4000};
        const auto frame = ethernet(mac_router, mac_r, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))));
        world.expect_dropped(world.programs.send(frame, world.r1), WEFT_DROP_no_route, record_r);
    }
}

TEST_CASE("[5.4/peering] a record that forwards sends only its own addresses across") {
    Peering world;
    world.change_port(world.i1,
                      [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); });
    const auto send = [&](std::string_view source) {
        const Ipv4 header{.source = ip(source), .destination = ip("10.2.0.5"), .fragment = 0x4000};
        return world.programs.send(
            ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8)))), world.i1);
    };
    world.expect_dropped(send("10.2.0.77"), WEFT_DROP_peer_source, record_a);
    CHECK(send("10.1.2.30").verdict == redirect);
    CHECK(send("10.1.2.31").verdict == shot);  // another record's, though on this host
    CHECK(world.drops(WEFT_DROP_peer_source) == 2);
}

TEST_CASE("[5.4/peering] the receiver takes the peer's sources under its own GNI, and no others") {
    Peering world;
    world.expect_dropped(world.programs.receive(g_to_a()), WEFT_DROP_inner_source, 0, WEFT_RX);
    world.allow_source(peer_host, blue, "10.2.0.5", tag_g);
    CHECK(world.programs.receive(g_to_a()).verdict == redirect);
    CHECK(world.counter(record_a).rx_packets == 1);
    CHECK(world.programs.receive(g_to_a("10.2.0.6")).verdict == shot);
    CHECK(world.drops(WEFT_DROP_inner_source) == 2);
}

TEST_CASE("[5.4/peering] two records on one host reach each other across partitions") {
    Peering world;
    weft_local local{};
    local.record = record_r;
    local.attachment = record_r + 0x10000;
    local.ifindex = world.r1;
    local.flags = WEFT_PORT_SOURCE_DEST_CHECK | WEFT_PORT_DELIVER;
    local.policy = open_policy;
    local.mtu = instance_mtu;
    std::copy(mac_r.begin(), mac_r.end(), local.mac);
    std::copy(mac_router.begin(), mac_router.end(), local.router_mac);
    world.put(WEFT_MAP_NAME(WEFT_LOCAL_MAP), overlay(green, "10.2.0.9"), local);
    const auto ran = world.programs.send(from_a("10.2.0.9", mac_router, payload(10)), world.i1);
    CHECK(ran.verdict == redirect);
    auto expected = from_a("10.2.0.9", mac_r, payload(10), 63);
    std::copy(mac_router.begin(), mac_router.end(), expected.begin() + 6);
    CHECK(to_hex(ran.packet) == to_hex(expected));
    CHECK(world.counter(record_r).rx_packets == 1);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.4/peering] [4.1/tag] rules by tag know the records of the other partition") {
    Peering world;
    constexpr std::uint32_t policy = 5;
    constexpr std::uint32_t class_id = 50;
    world.put(WEFT_MAP_NAME(WEFT_POLICY_MAP), policy, weft_policy{});
    world.allow_ports(policy, WEFT_TX, class_id);
    world.use_policy(world.i1, blue, "10.1.2.30", policy);
    const auto send = [&] {
        return world.programs.send(from_a("10.2.0.5", mac_router, payload(10)), world.i1);
    };
    SUBCASE("another tag") {
        world.allow_tag(policy, WEFT_TX, tag_g + 1, class_id);
        world.expect_dropped(send(), WEFT_DROP_egress_group, record_a);
    }
    SUBCASE("its tag") {
        world.allow_tag(policy, WEFT_TX, tag_g, class_id);
        CHECK(send().verdict == redirect);
        world.expect_nothing_dropped();
    }
}
