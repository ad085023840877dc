// SPDX-License-Identifier: Apache-2.0
// What has no route or no mapping: an ICMP unreachable where the partition wants it (requirement 5.4; RFC
// 792, RFC 1812 section 5.2.7.1, RFC 4443 section 3.1).
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

struct Telling : World {
    Telling() {
        change_port(i1, [](weft_port& p) { p.flags |= WEFT_PORT_UNREACHABLE; });
    }
    Ran send(const Bytes& frame) { return programs.send(frame, i1); }
};

// Destination unreachable, from a's router to a, about `frame`.
Bytes unreachable(std::uint8_t code, const Bytes& frame) {
    const Ipv4 header{.source = ip("10.1.2.1"),
                      .destination = ip("10.1.2.30"),
                      .protocol = protocol_icmp,
                      .tos = 0xc0,
                      .fragment = 0x4000};
    return ethernet(mac_a, mac_router, ethertype_ipv4, ipv4(header, icmp(3, code, 0, slice(frame, 14, 548))));
}

Bytes unreachable6(std::uint8_t code, const Bytes& frame) {
    const Ipv6 header{
        .source = ip6("2001:db8:12::1"), .destination = ip6("2001:db8:12::30"), .next = protocol_icmp6};
    return ethernet(mac_a, mac_router, ethertype_ipv6,
                    ipv6(header, icmp6(header, 1, code, 0, slice(frame, 14, 1232))));
}

}  // namespace

TEST_CASE("[5.4/unreachable] no route: the network is unreachable; nobody there: the host is") {
    Telling world;
    const auto no_route = from_a("198.51.100.1", mac_router, payload(700));
    const auto ran = world.send(no_route);
    world.expect_dropped(ran, WEFT_DROP_no_route, record_a, WEFT_TX, redirect);
    CHECK(to_hex(ran.packet) == to_hex(unreachable(0, no_route)));
    const auto nobody = from_a("10.1.3.99", mac_router, payload(9));
    const auto second = world.send(nobody);
    CHECK(second.verdict == redirect);
    CHECK(to_hex(second.packet) == to_hex(unreachable(1, nobody)));
    CHECK(world.drops(WEFT_DROP_no_mapping) == 1);
}

TEST_CASE("[5.4/unreachable] [5.6/unreachable] so over IPv6") {
    Telling world;
    const auto no_route = from_a6("2001:db8:99::1", mac_router, payload(1300));
    const auto ran = world.send(no_route);
    world.expect_dropped(ran, WEFT_DROP_no_route, record_a, WEFT_TX, redirect);
    CHECK(to_hex(ran.packet) == to_hex(unreachable6(0, no_route)));
    const auto nobody = from_a6("2001:db8:13::99", mac_router, payload(9));
    CHECK(to_hex(world.send(nobody).packet) == to_hex(unreachable6(3, nobody)));
}

TEST_CASE("[5.4/unreachable] a partition that does not want it hears nothing, nor does a blackhole answer") {
    SUBCASE("not wanted") {
        World world;
        world.expect_dropped(world.programs.send(from_a("198.51.100.1", mac_router, payload(9)), world.i1),
                             WEFT_DROP_no_route, record_a);
    }
    SUBCASE("blackhole") {
        Telling world;
        world.add_route(blue_table, "198.51.100.0", 24, WEFT_ROUTE_BLACKHOLE);
        world.expect_dropped(world.send(from_a("198.51.100.1", mac_router, payload(9))), WEFT_DROP_blackhole,
                             record_a);
    }
}

TEST_CASE("[5.4/unreachable] no answer to an error, a multicast or a later fragment") {
    Telling world;
    SUBCASE("an error") {
        // About a packet of a flow of a's, so that it is let out.
        CHECK(world.send(from_a("198.51.100.1", mac_router, payload(9))).verdict == redirect);
        const Ipv4 quoted{.source = ip("198.51.100.1"), .destination = ip("10.1.2.30"), .fragment = 0x4000};
        const Ipv4 header{.source = ip("10.1.2.30"),
                          .destination = ip("198.51.100.1"),
                          .protocol = protocol_icmp,
                          .fragment = 0x4000};
        const auto sent = from_a("198.51.100.1", mac_router, payload(9));
        const auto ports = slice(sent, 34, 4);  // as a sent them
        const std::uint16_t from = static_cast<std::uint16_t>(ports[0] << 8 | ports[1]);
        const std::uint16_t to = static_cast<std::uint16_t>(ports[2] << 8 | ports[3]);
        const auto error = icmp(3, 3, 0, ipv4(quoted, udp(to, from, payload(8))));
        CHECK(world.send(ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, error))).verdict == shot);
        CHECK(world.drops(WEFT_DROP_no_route) == 2);
    }
    SUBCASE("a multicast") {
        world.expect_dropped(world.send(from_a("224.0.0.9", mac_router, payload(9))), WEFT_DROP_multicast,
                             record_a);
    }
    SUBCASE("a later fragment") {
        const auto piece = [](std::uint16_t fragment, const Bytes& data) {
            const Ipv4 header{
                .source = ip("10.1.2.30"), .destination = ip("198.51.100.1"), .id = 5, .fragment = fragment};
            return ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, data));
        };
        CHECK(world.send(piece(0x2000, udp(1, 2, payload(8)))).verdict == redirect);
        CHECK(world.send(piece(2, payload(8))).verdict == shot);
        CHECK(world.drops(WEFT_DROP_no_route) == 2);
    }
}

TEST_CASE("[5.4/unreachable] [5.1/error-rate] one record gets so many answers a second") {
    Telling world;
    unsigned answered = 0;
    for (unsigned i = 0; i < 400; ++i)
        if (world.send(from_a("198.51.100.1", mac_router, payload(9))).verdict == redirect) ++answered;
    CHECK(answered >= 100);
    CHECK(answered < 300);
    CHECK(world.drops(WEFT_DROP_no_route) == 400);
}
