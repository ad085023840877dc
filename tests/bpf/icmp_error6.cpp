// SPDX-License-Identifier: Apache-2.0
// Time-exceeded and packet-too-big (RFC 4443, 3.2 and 3.3): when, with which quote, and when not.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::size_t quote_max = 1280 - 40 - 8;  // RFC 4443, 2.4 c
constexpr std::uint8_t too_big = 2;
constexpr std::uint8_t time_exceeded = 3;

// The error as a router would send it about `frame`.
Bytes error(std::uint8_t type, std::uint32_t rest, const Bytes& frame) {
    const Ipv6 header{.source = ip6("2001:db8:12::1"),
                      .destination = ip6("2001:db8:12::30"),
                      .next = protocol_icmp6,
                      .hops = 64};
    return ethernet(mac_a, mac_router, ethertype_ipv6,
                    ipv6(header, icmp6(header, type, 0, rest, slice(frame, 14, quote_max))));
}

void expect_error(World& world, const Ran& ran, weft_drop_reason reason, const Bytes& expected) {
    world.expect_dropped(ran, reason, record_a, WEFT_TX, redirect);
    CHECK(to_hex(ran.packet) == to_hex(expected));
}

}  // namespace

TEST_CASE("[5.1/hops6] time-exceeded with the packet as it came, at every size around the quote's limit") {
    for (std::size_t size : {0U, 1U, 2U, 3U, 40U, 463U, 464U, 975U, 976U, 1183U, 1184U, 1185U, 1300U}) {
        CAPTURE(size);
        World world;
        const auto frame = from_a6("2001:db8:13::7", mac_router, payload(size), 1);
        expect_error(world, world.programs.send(frame, world.i1), WEFT_DROP_ttl_exceeded,
                     error(time_exceeded, 0, frame));
    }
}

TEST_CASE("[5.1/hops6] zero is exceeded, two is not") {
    World world;
    SUBCASE("zero") {
        const auto frame = from_a6("2001:db8:13::7", mac_router, payload(8), 0);
        expect_error(world, world.programs.send(frame, world.i1), WEFT_DROP_ttl_exceeded,
                     error(time_exceeded, 0, frame));
    }
    SUBCASE("two") {
        const auto frame = from_a6("2001:db8:13::7", mac_router, payload(8), 2);
        CHECK(world.programs.send(frame, world.i1).packet.size() == frame.size() + 74);
        world.expect_nothing_dropped();
    }
    SUBCASE("to an instance on this host too") {
        const auto frame = from_a6("2001:db8:12::31", mac_router, payload(8), 1);
        expect_error(world, world.programs.send(frame, world.i1), WEFT_DROP_ttl_exceeded,
                     error(time_exceeded, 0, frame));
    }
}

TEST_CASE("[5.1/pmtu6] packet-too-big names what fits each framework and underlay") {
    World world;
    std::uint32_t fits = 0;
    SUBCASE("Geneve over IPv4") { fits = 1500 - 20 - 8 - 32 - 14; }
    SUBCASE("Geneve over IPv6") {
        world.use_ipv6();
        fits = 1500 - 40 - 8 - 32 - 14;
    }
    SUBCASE("VXLAN over IPv4") {
        world.use_framework(WEFT_FRAMEWORK_vxlan_1);
        fits = 1500 - 20 - 8 - 8 - 14;
    }
    SUBCASE("VXLAN over IPv6") {
        world.use_framework(WEFT_FRAMEWORK_vxlan_1);
        world.use_ipv6();
        fits = 1500 - 40 - 8 - 8 - 14;
    }
    const auto sized = [](std::size_t packet) {
        return from_a6("2001:db8:12::50", mac_b, payload(packet - 48));
    };
    CHECK(world.programs.send(sized(fits), world.i1).verdict == redirect);
    world.expect_nothing_dropped();
    const auto frame = sized(fits + 1);
    CHECK(to_hex(world.programs.send(frame, world.i1).packet) == to_hex(error(too_big, fits, frame)));
    CHECK(world.drops(record_a, WEFT_DROP_too_big, WEFT_TX) == 1);
}

TEST_CASE("[5.1/pmtu6] a smaller device on this host is named too") {
    World world;
    world.change_local(blue, "2001:db8:12::31", [](weft_local& l) { l.mtu = 1300; });
    const auto frame = from_a6("2001:db8:12::31", mac_d, payload(1253));
    expect_error(world, world.programs.send(frame, world.i1), WEFT_DROP_local_too_big,
                 error(too_big, 1300, frame));
}

TEST_CASE("[5.1/gso6] what is segmented later counts by its segments, extension headers with them") {
    World world;
    const auto to_d = [](const Bytes& before, std::uint8_t next) {
        const Ipv6 header{
            .source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:12::31"), .next = next};
        return ethernet(mac_d, mac_a, ethertype_ipv6, ipv6(header, before + tcp(1, 2, payload(3000))));
    };
    auto frame = to_d({}, protocol_tcp);
    unsigned headers = 60;
    SUBCASE("plain") {}
    SUBCASE("with destination options") {
        frame = to_d(extension(protocol_tcp), 60);
        headers = 68;
    }
    CHECK(world.programs.send(frame, world.i1, instance_mtu - headers).verdict == redirect);
    world.expect_nothing_dropped();
    const auto ran = world.programs.send(frame, world.i1, instance_mtu - headers + 1);
    CHECK(world.drops(WEFT_DROP_local_too_big) == 1);
    CHECK(to_hex(ran.packet) == to_hex(error(too_big, instance_mtu, frame)));
}

TEST_CASE("[5.1/silent6] no error about errors and redirects, or without a single sender") {
    World world;
    const auto received = inner6_b_to_a();
    REQUIRE(world.programs.receive(arriving(received)).verdict == redirect);
    const auto quote = slice(received, 14, quote_max);
    const auto silent = [&](const Ipv6& header, const Bytes& body) {
        const auto frame = ethernet(mac_router, mac_a, ethertype_ipv6, ipv6(header, body));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ttl_exceeded, record_a);
    };
    Ipv6 header{.source = ip6("2001:db8:12::30"),
                .destination = ip6("2001:db8:13::7"),
                .next = protocol_icmp6,
                .hops = 1};
    SUBCASE("about unreachable") { silent(header, icmp6(header, 1, 0, 0, quote)); }
    SUBCASE("about time-exceeded") { silent(header, icmp6(header, 3, 0, 0, quote)); }
    SUBCASE("about an unknown error") { silent(header, icmp6(header, 127, 0, 0, quote)); }
    SUBCASE("about an error behind an extension header") {
        const auto body = extension(protocol_icmp6) + icmp6(header, 1, 0, 0, quote);
        header.next = 60;
        silent(header, body);
    }
    SUBCASE("about a later fragment of what may be an error") {
        header.next = 44;
        world.allow_fragments("2001:db8:13::7", protocol_icmp6);
        silent(header, fragment_header(protocol_icmp6, 0x0010, 7) + payload(40));
    }
    SUBCASE("without a single sender") {
        world.change_port(world.i1,
                          [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); });
        header.next = protocol_udp;
        SUBCASE("unspecified") { header.source = ip6("::"); }
        SUBCASE("multicast") { header.source = ip6("ff05::1"); }
        silent(header, udp(1, 2, payload(8)));
    }
}

TEST_CASE("[5.1/answered6] pings and fragments are answered, extension headers are quoted") {
    World world;
    Ipv6 header{.source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:13::7"), .hops = 1};
    Bytes body;
    SUBCASE("a ping") {
        header.next = protocol_icmp6;
        body = icmp6(header, 128, 0, 1, payload(48));
    }
    SUBCASE("a later fragment") {
        header.next = 44;
        world.allow_fragments("2001:db8:13::7", protocol_udp);
        body = fragment_header(protocol_udp, 0x0010, 7) + payload(40);
    }
    SUBCASE("long extension headers") {
        header.next = 60;
        body = extension(60, Bytes(1000 - 2)) + extension(17, Bytes(504 - 2)) + udp(1, 2, payload(8));
    }
    const auto frame = ethernet(mac_router, mac_a, ethertype_ipv6, ipv6(header, body));
    expect_error(world, world.programs.send(frame, world.i1), WEFT_DROP_ttl_exceeded,
                 error(time_exceeded, 0, frame));
}
