// SPDX-License-Identifier: Apache-2.0
// Several records on one trunk device, told apart by 802.1Q tag (requirement 2.6): tags beside the frame, as
// devices give them, and in it, as a trace has them.
#include <doctest/doctest.h>

#include "tests/harness/bpf/live.h"

using namespace weft::test;

namespace {

constexpr std::uint16_t blue_tag = 42;
constexpr std::uint16_t red_tag = 43;

Bytes tagged(const Bytes& frame, std::uint16_t vlan, std::uint16_t protocol = 0x8100) {
    return slice(frame, 0, 12) + be16(protocol) + be16(vlan) + slice(frame, 12);
}

// a with tag 42, and r of the other partition, which has the same address, with tag 43; nobody untagged.
void make_trunk(World& world) {
    weft_port_key key{};
    key.ifindex = world.i1;
    weft_port a{};
    weft_port r{};
    world.change_port(world.i1, [&](weft_port& p) { a = p; });
    world.change_port(world.r1, [&](weft_port& p) { r = p; });
    world.erase(WEFT_MAP_NAME(WEFT_PORT_MAP), key);
    key.vlan = blue_tag;
    world.put(WEFT_MAP_NAME(WEFT_PORT_MAP), key, a);
    key.vlan = red_tag;
    world.put(WEFT_MAP_NAME(WEFT_PORT_MAP), key, r);
    world.change_local(blue, "10.1.2.30", [](weft_local& l) { l.vlan = blue_tag; });
    world.change_local(blue, "2001:db8:12::30", [](weft_local& l) { l.vlan = blue_tag; });
}

Bytes from_r(std::string_view source = "10.1.2.30", const Mac& from = mac_r) {
    const Ipv4 header{.source = ip(source), .destination = ip("10.1.2.50"), .fragment = 0x4000};
    return ethernet(mac_s, from, ethertype_ipv4, ipv4(header, udp(5, 6, payload(20))));
}

// RFC 8926: the VNI behind outer Ethernet, IPv4 and UDP headers and four bytes of Geneve.
std::uint32_t vni(const Bytes& packet) { return read32(packet, 46) >> 8; }

}  // namespace

TEST_CASE("[2.6/trunk] the same address with two tags is two records in two partitions") {
    World world;
    make_trunk(world);
    const auto frame = from_a("10.1.2.50", mac_b, payload(20));
    const auto as_a = world.programs.send(tagged(frame, blue_tag), world.i1);
    CHECK(as_a.verdict == redirect);
    CHECK(vni(as_a.packet) == blue);
    CHECK(to_hex(slice(as_a.packet, as_a.packet.size() - frame.size())) == to_hex(frame));
    CHECK(world.counter(record_a).tx_packets == 1);
    CHECK(world.counter(record_a).tx_bytes == frame.size());
    const auto as_r = world.programs.send(tagged(from_r(), 0xe000 | red_tag), world.i1);
    CHECK(as_r.verdict == redirect);
    CHECK(vni(as_r.packet) == red);
    CHECK(world.counter(record_r).tx_packets == 1);
    world.expect_nothing_dropped();
}

TEST_CASE("[2.6/trunk] any other tag, none, or one of another kind has no attachment") {
    World world;
    make_trunk(world);
    const auto frame = from_a("10.1.2.50", mac_b, payload(20));
    SUBCASE("none") { world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_no_port); }
    SUBCASE("another") {
        world.expect_dropped(world.programs.send(tagged(frame, 44), world.i1), WEFT_DROP_no_port);
    }
    SUBCASE("a priority tag") {
        world.expect_dropped(world.programs.send(tagged(frame, 0xe000), world.i1), WEFT_DROP_no_port);
    }
    SUBCASE("cut short") {
        world.expect_dropped(world.programs.send(slice(tagged(frame, 44), 0, 15), world.i1),
                             WEFT_DROP_ethernet_truncated);
    }
}

TEST_CASE("[2.6/trunk] [4.3/mac] [4.3/source] another tag's MAC and address are refused and counted") {
    World world;
    make_trunk(world);
    SUBCASE("its MAC") {
        world.expect_dropped(world.programs.send(tagged(from_r(), blue_tag), world.i1), WEFT_DROP_source_mac,
                             record_a);
    }
    SUBCASE("an address") {
        world.expect_dropped(world.programs.send(tagged(from_r("10.1.2.31"), red_tag), world.i1),
                             WEFT_DROP_source_address, record_r);
    }
    SUBCASE("a tag in the tag") {
        const auto frame = tagged(tagged(from_a("10.1.2.50", mac_b, payload(20)), red_tag), blue_tag);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ethertype, record_a);
    }
}

TEST_CASE("[2.6/trunk] a service tag of the same number is none of its tags") {
    Live live;
    make_trunk(live.world);
    Raw instance(live.inst1, "eth0");
    instance.send(tagged(from_a("10.1.2.50", mac_b, payload(20)), blue_tag, 0x88a8));
    CHECK(wait_for_drops(live.world, WEFT_DROP_no_port, 1) >= 1);
    CHECK(live.world.counter(record_a).tx_packets == 0);
}

TEST_CASE("[2.6/trunk] what is answered on the spot comes back with the tag") {
    Live live;
    make_trunk(live.world);
    Raw instance(live.inst1, "eth0");
    const auto back = [&](std::uint16_t type, std::size_t at, std::uint8_t value) {
        const auto seen = instance.receive([&](const Bytes& f) {
            return f.size() > at && read16(f, 12) == 0x8100 && read16(f, 16) == type && f[at] == value;
        });
        REQUIRE(seen);
        CHECK(read16(*seen, 14) == blue_tag);
        CHECK(to_hex(slice(*seen, 0, 6)) == to_hex(Bytes(mac_a.begin(), mac_a.end())));
    };
    SUBCASE("ping of the router") {
        const Ipv4 header{
            .source = ip("10.1.2.30"), .destination = ip("10.1.2.1"), .protocol = protocol_icmp};
        instance.send(tagged(
            ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, icmp(8, 0, 1, payload(56)))), blue_tag));
        back(ethertype_ipv4, 38, 0);
    }
    SUBCASE("time exceeded") {
        instance.send(tagged(from_a("10.1.3.7", mac_router, payload(64), 1), blue_tag));
        back(ethertype_ipv4, 38, 11);
    }
    SUBCASE("neighbour discovery") {
        const Ipv6 header{.source = ip6("2001:db8:12::30"),
                          .destination = ip6("ff02::1:ff00:50"),
                          .next = protocol_icmp6,
                          .hops = 255};
        instance.send(tagged(ethernet(mac("33:33:ff:00:00:50"), mac_a, ethertype_ipv6,
                                      ipv6(header, icmp6(header, 135, 0, 0, ip6("2001:db8:12::50")))),
                             blue_tag));
        back(ethertype_ipv6, 58, 136);
    }
}
