// SPDX-License-Identifier: Apache-2.0
// Time-exceeded and fragmentation-needed (RFC 792, 1191): when, with which quote, and when not.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::size_t quote_max = 548;  // RFC 1812, 4.3.2.3: 576 bytes less both headers

// The error as a router would send it about `frame`.
Bytes error(std::uint8_t type, std::uint8_t code, std::uint32_t rest, const Bytes& frame) {
    const Ipv4 header{.source = ip("10.1.2.1"),
                      .destination = ip("10.1.2.30"),
                      .protocol = protocol_icmp,
                      .tos = 0xc0,
                      .fragment = 0x4000};
    const auto quote = slice(frame, 14, quote_max);
    return ethernet(mac_a, mac_router, ethertype_ipv4, ipv4(header, icmp(type, code, rest, quote)));
}

void expect_error(World& world, const Ran& ran, weft_drop_reason reason, const Bytes& expected) {
    world.expect_dropped(ran, reason, record_a, WEFT_TX, redirect);
    CHECK(to_hex(ran.packet) == to_hex(expected));
}

}  // namespace

TEST_CASE("[5.1/ttl] time-exceeded with the packet as it came, at every size around the quote's limit") {
    for (std::size_t size : {0U, 1U, 2U, 3U, 40U, 483U, 484U, 519U, 520U, 521U, 1300U}) {
        CAPTURE(size);
        World world;
        const auto frame = from_a("10.1.3.7", mac_router, payload(size), 1);
        expect_error(world, world.programs.send(frame, world.i1), WEFT_DROP_ttl_exceeded,
                     error(11, 0, 0, frame));
    }
}

TEST_CASE("[5.1/ttl] zero is exceeded, two is not") {
    World world;
    SUBCASE("zero") {
        const auto frame = from_a("10.1.3.7", mac_router, payload(8), 0);
        expect_error(world, world.programs.send(frame, world.i1), WEFT_DROP_ttl_exceeded,
                     error(11, 0, 0, frame));
    }
    SUBCASE("two") {
        const auto frame = from_a("10.1.3.7", mac_router, payload(8), 2);
        CHECK(world.programs.send(frame, world.i1).packet.size() == frame.size() + 74);
        world.expect_nothing_dropped();
    }
}

TEST_CASE("[5.1/ttl] to an instance on this host too") {
    World world;
    const auto frame = from_a("10.1.2.31", mac_router, payload(8), 1);
    expect_error(world, world.programs.send(frame, world.i1), WEFT_DROP_ttl_exceeded, error(11, 0, 0, frame));
}

TEST_CASE("[5.1/pmtu] fragmentation-needed names what fits each framework and underlay") {
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
    SUBCASE("a smaller underlay") {
        world.change_peer([](weft_peer& p) { p.mtu = 1280; });
        fits = 1280 - 20 - 8 - 32 - 14;
    }
    const auto sized = [](std::size_t packet, std::uint16_t fragment) {
        return from_a("10.1.2.50", mac_b, payload(packet - 28), 64, fragment);
    };
    const auto ran = world.programs.send(sized(fits, 0x4000), world.i1);
    CHECK(ran.verdict == redirect);
    world.expect_nothing_dropped();
    const auto frame = sized(fits + 1, 0x4000);
    const auto answer = world.programs.send(frame, world.i1);
    CHECK(to_hex(answer.packet) == to_hex(error(3, 4, fits, frame)));
    CHECK(world.drops(record_a, WEFT_DROP_too_big, WEFT_TX) == 1);
    const auto without_df = sized(fits + 1, 0);
    CHECK(to_hex(world.programs.send(without_df, world.i1).packet) == to_hex(error(3, 4, fits, without_df)));
}

TEST_CASE("[5.1/pmtu] a smaller device on this host is named too") {
    World world;
    world.change_local(blue, "10.1.2.31", [](weft_local& l) { l.mtu = 1000; });
    const auto frame = from_a("10.1.2.31", mac_d, payload(973));
    expect_error(world, world.programs.send(frame, world.i1), WEFT_DROP_local_too_big,
                 error(3, 4, 1000, frame));
}

TEST_CASE("[5.1/gso] what is segmented later counts by its segments") {
    World world;
    const auto to_d = [](std::size_t packet) {
        const Ipv4 header{.source = ip("10.1.2.30"),
                          .destination = ip("10.1.2.31"),
                          .protocol = protocol_tcp,
                          .fragment = 0x4000};
        return ethernet(mac_d, mac_a, ethertype_ipv4, ipv4(header, tcp(1, 2, payload(packet - 40))));
    };
    const auto frame = to_d(3000);
    SUBCASE("segments that fit") {
        CHECK(world.programs.send(frame, world.i1, instance_mtu - 40).verdict == redirect);
        world.expect_nothing_dropped();
    }
    SUBCASE("segments one byte too large") {
        const auto ran = world.programs.send(frame, world.i1, instance_mtu - 40 + 1);
        expect_error(world, ran, WEFT_DROP_local_too_big, error(3, 4, instance_mtu, frame));
    }
}

TEST_CASE("[5.1/silent] no error about errors, later fragments, or without a single sender") {
    World world;
    const auto silent = [&](const Ipv4& header, const Bytes& body) {
        const auto frame = ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, body));
        CHECK(world.programs.send(frame, world.i1).verdict == shot);
        CHECK(world.drops(record_a, WEFT_DROP_ttl_exceeded, WEFT_TX) == 1);
    };
    Ipv4 header{
        .source = ip("10.1.2.30"), .destination = ip("10.1.3.7"), .protocol = protocol_icmp, .ttl = 1};
    // What the errors are about: a packet of b that reached a.
    const auto received = inner_b_to_a();
    const auto quote = slice(received, 14, 28);
    CHECK(world.programs.receive(arriving(received)).verdict == redirect);
    SUBCASE("about unreachable") { silent(header, icmp(3, 1, 0, quote)); }
    SUBCASE("about time-exceeded") { silent(header, icmp(11, 0, 0, quote)); }
    SUBCASE("about redirect") { silent(header, icmp(5, 0, 0, quote)); }
    SUBCASE("about a later fragment") {
        header.protocol = protocol_udp;
        header.fragment = 0x2000;
        header.ttl = 64;
        const auto first = ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))));
        CHECK(world.programs.send(first, world.i1).verdict == redirect);
        header.fragment = 0x0010;
        header.ttl = 1;
        silent(header, payload(40));
    }
    SUBCASE("without a single sender") {
        world.change_port(world.i1,
                          [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); });
        header.protocol = protocol_udp;
        SUBCASE("unspecified") { header.source = 0; }
        SUBCASE("multicast") { header.source = ip("224.0.0.1"); }
        silent(header, udp(1, 2, payload(8)));
    }
}

TEST_CASE("[5.1/options] a packet with IP options is quoted with them") {
    World world;
    const Ipv4 header{
        .source = ip("10.1.2.30"),
        .destination = ip("10.1.3.7"),
        .ttl = 1,
        .options = from_hex("0101010101010101 0101010101010101 0101010101010101 0101010101010101"
                            "0101010101010100")};
    const auto frame = ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))));
    expect_error(world, world.programs.send(frame, world.i1), WEFT_DROP_ttl_exceeded, error(11, 0, 0, frame));
}
