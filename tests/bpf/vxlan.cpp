// SPDX-License-Identifier: Apache-2.0
// VXLAN: bytes on the wire as RFC 7348 draws them, and what is refused on receipt.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

TEST_CASE("[6.7/vxlan] a frame over IPv4, byte by byte") {
    World world;
    world.use_framework(WEFT_FRAMEWORK_vxlan_1);
    const auto frame = from_a("10.1.2.50", mac_b, payload(10));
    const auto ran = world.programs.send(frame, world.i1);
    REQUIRE(ran.verdict == redirect);

    const auto port = read16(ran.packet, 34);
    CHECK(port >= 49152);
    // RFC 7348, 5: flags with the I bit alone, 24 bits reserved, VNI 100, 8 bits reserved.
    const Bytes inside = from_hex("08 000000 000064 00") + frame;
    const Ipv4 outer{.source = ip("192.0.2.1"), .destination = ip("192.0.2.2"), .fragment = 0x4000};
    CHECK(to_hex(slice(ran.packet, 14)) == to_hex(ipv4(outer, udp(port, 4789, inside))));
}

TEST_CASE("[6.7/vxlan] [5.6/underlay] a frame over IPv6, byte by byte") {
    World world;
    world.use_framework(WEFT_FRAMEWORK_vxlan_1);
    world.use_ipv6();
    const auto frame = from_a("10.1.2.50", mac_b, payload(10));
    const auto ran = world.programs.send(frame, world.i1);
    REQUIRE(ran.verdict == redirect);

    const auto port = read16(ran.packet, 54);
    const auto flow = read32(ran.packet, 14) & 0xfffffU;
    const Bytes inside = from_hex("08 000000 000064 00") + frame;
    const Ipv6 outer{.source = ip6("2001:db8::1"), .destination = ip6("2001:db8::2"), .flow = flow};
    CHECK(to_hex(slice(ran.packet, 14)) == to_hex(ipv6(outer, udp(port, 4789, inside))));
}

TEST_CASE("[6.7/vxlan] a packet of the peer is delivered; reserved bits are ignored") {
    World world;
    const auto inner = inner_b_to_a();
    auto header = vxlan(blue, inner);
    SUBCASE("as it should be") {}
    SUBCASE("reserved bits set") {
        header[0] = 0xff;
        header[1] = header[2] = header[3] = header[7] = 0xff;
    }
    SUBCASE("over IPv6") {
        CHECK(to_hex(world.programs.receive(outer6(4789, header)).packet) == to_hex(inner));
    }
    const auto ran = world.programs.receive(outer4(4789, header));
    CHECK(ran.verdict == redirect);
    CHECK(to_hex(ran.packet) == to_hex(inner));
    world.expect_nothing_dropped();
}

TEST_CASE("[6.7/vxlan] without a valid VNI it is dropped") {
    World world;
    world.expect_dropped(world.programs.receive(outer4(4789, vxlan(blue, inner_b_to_a(), 0xf7))),
                         WEFT_DROP_vxlan_flags);
}

TEST_CASE("[6.7/vxlan] a header cut short is dropped") {
    World world;
    for (std::size_t size = 0; size < 8; size++)
        CHECK(world.programs.receive(outer4(4789, slice(vxlan(blue, {}), 0, size))).verdict == shot);
    CHECK(world.drops(WEFT_DROP_framework_truncated) == 8);
}
