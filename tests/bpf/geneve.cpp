// SPDX-License-Identifier: Apache-2.0
// Geneve version 1: bytes on the wire as RFC 8926 draws them, and what is refused on receipt.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

// RFC 8926, 3.4, by hand. Ver 0, options 6 words; O 0, C 0; protocol 6558; VNI 100. Then class ff77, type,
// length 1.
constexpr const char* header_of_a =
    "0600 6558 000064 00"
    "ff77 01 01 00000064"   // source GNI 100
    "ff77 02 01 00000005"   // tag of a
    "ff77 03 01 00000001";  // version 1

Bytes with_options(const Bytes& options) { return outer4(6081, geneve(blue, options, inner_b_to_a())); }

}  // namespace

TEST_CASE("[6.7/geneve] a frame over IPv4, byte by byte") {
    World world;
    const auto frame = from_a("10.1.2.50", mac_b, payload(10));
    const auto ran = world.programs.send(frame, world.i1);
    REQUIRE(ran.verdict == redirect);
    REQUIRE(ran.packet.size() == frame.size() + 20 + 8 + 32 + 14);

    const auto port = read16(ran.packet, 34);
    CHECK(port >= 49152);
    const Bytes inside = from_hex(header_of_a) + frame;
    const Ipv4 outer{.source = ip("192.0.2.1"), .destination = ip("192.0.2.2"), .fragment = 0x4000};
    CHECK(to_hex(slice(ran.packet, 14)) == to_hex(ipv4(outer, udp(port, 6081, inside))));
}

TEST_CASE("[6.7/geneve] [5.6/underlay] a frame over IPv6, byte by byte") {
    World world;
    world.use_ipv6();
    const auto frame = from_a("10.1.2.50", mac_b, payload(10));
    const auto ran = world.programs.send(frame, world.i1);
    REQUIRE(ran.verdict == redirect);

    const auto port = read16(ran.packet, 54);
    const auto flow = read32(ran.packet, 14) & 0xfffffU;
    const Bytes inside = from_hex(header_of_a) + frame;
    const Ipv6 outer{.source = ip6("2001:db8::1"), .destination = ip6("2001:db8::2"), .flow = flow};
    CHECK(to_hex(slice(ran.packet, 14)) == to_hex(ipv6(outer, udp(port, 6081, inside))));
}

TEST_CASE("[6.7/entropy] the outer source port follows the inner flow") {
    World world;
    const auto port_of = [&](std::uint16_t inner_port, std::uint16_t fragment) {
        const Ipv4 header{.source = ip("10.1.2.30"), .destination = ip("10.1.2.50"), .fragment = fragment};
        const auto frame =
            ethernet(mac_b, mac_a, ethertype_ipv4, ipv4(header, udp(inner_port, 80, payload(10))));
        const auto ran = world.programs.send(frame, world.i1);
        CHECK(ran.verdict == redirect);
        return read16(ran.packet, 34);
    };
    CHECK(port_of(1000, 0) == port_of(1000, 0));
    int different = 0;
    for (std::uint16_t p = 1001; p < 1065; p++) different += port_of(p, 0) != port_of(1000, 0) ? 1 : 0;
    CHECK(different >= 60);
    const auto first = port_of(1000, 0x2000);
    CHECK(first == port_of(2000, 0x0010));
}

TEST_CASE("[2.2/receive] a packet of the peer reaches the instance with the right MACs and is counted") {
    World world;
    const auto inner = inner_b_to_a();
    SUBCASE("over IPv4") {
        const auto ran = world.programs.receive(arriving(inner));
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(inner));
    }
    SUBCASE("over IPv6") {
        const auto ran = world.programs.receive(outer6(6081, geneve(blue, weft_options(blue, tag_b), inner)));
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(inner));
    }
    SUBCASE("with IPv4 options outside") {
        const Ipv4 header{.source = ip("192.0.2.2"),
                          .destination = ip("192.0.2.1"),
                          .options = from_hex("01010101 01010100")};
        const auto packet = ipv4(header, udp(50000, 6081, geneve(blue, weft_options(blue, 0), inner)));
        const auto ran = world.programs.receive(ethernet(mac_uplink, mac_peer, ethertype_ipv4, packet));
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(inner));
    }
    world.expect_nothing_dropped();
    CHECK(world.counter(record_a).rx_packets == 1);
    CHECK(world.counter(record_a).rx_bytes == inner.size());
}

TEST_CASE("[6.7/geneve] options may come in any order, beside others', or be missing") {
    World world;
    const auto gni = geneve_option(0xff77, 1, be32(blue));
    const auto tag = geneve_option(0xff77, 2, be32(tag_b));
    const auto version = geneve_option(0xff77, 3, be32(1));
    const auto foreign = geneve_option(0x0102, 0x05, payload(124));
    const auto empty = geneve_option(0x0102, 0x06, {});
    Bytes many;
    for (int i = 0; i < 63; i++) many = many + empty;
    for (const auto& options : {Bytes{}, gni, version + tag + gni, foreign + gni, empty + foreign + version,
                                many, foreign + geneve_option(0x0102, 0x05, payload(120))}) {
        CAPTURE(options.size());
        const auto ran = world.programs.receive(with_options(options));
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(inner_b_to_a()));
    }
    world.expect_nothing_dropped();
}

TEST_CASE("[6.7/geneve] an unknown critical option is dropped (RFC 8926, 3.5)") {
    World world;
    const auto foreign = geneve_option(0x0102, 0x85, payload(4));
    SUBCASE("first") {
        world.expect_dropped(world.programs.receive(with_options(foreign)), WEFT_DROP_geneve_critical);
    }
    SUBCASE("after weft's own") {
        const auto packet = with_options(weft_options(blue, tag_b) + foreign);
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_geneve_critical);
    }
    SUBCASE("of weft's class") {
        const auto packet = with_options(geneve_option(0xff77, 0x84, payload(4)));
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_geneve_critical);
    }
}

TEST_CASE("[6.7/geneve] malformed headers are dropped, each with its reason") {
    World world;
    const auto inner = inner_b_to_a();
    const auto options = weft_options(blue, tag_b);
    SUBCASE("Geneve version 1 of the RFC's field") {
        const auto packet = outer4(6081, geneve(blue, options, inner, 0, 0x6558, 1));
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_geneve_header);
    }
    SUBCASE("control packet") {
        const auto packet = outer4(6081, geneve(blue, options, inner, 0x80));
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_geneve_header);
    }
    SUBCASE("payload other than Ethernet") {
        const auto packet = outer4(6081, geneve(blue, options, inner, 0, 0x0800));
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_geneve_protocol);
    }
    SUBCASE("option longer than the options") {
        auto long_option = geneve_option(0x0102, 0x05, payload(4));
        long_option[3] = 2;
        world.expect_dropped(world.programs.receive(with_options(long_option)), WEFT_DROP_geneve_option);
    }
    SUBCASE("options longer than the packet") {
        const auto packet = outer4(6081, slice(geneve(blue, options, {}), 0, 28));
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_framework_truncated);
    }
    SUBCASE("another version of weft's framework") {
        const auto packet = with_options(weft_options(blue, tag_b, 2));
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_geneve_version);
    }
}
