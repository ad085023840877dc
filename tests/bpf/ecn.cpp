// SPDX-License-Identifier: Apache-2.0
// DSCP and ECN: copied outwards, combined inwards (RFC 6040).
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint8_t not_ect = 0;
constexpr std::uint8_t ect1 = 1;
constexpr std::uint8_t ect0 = 2;
constexpr std::uint8_t ce = 3;
constexpr int dropped = -1;

Bytes inner_marked(std::uint8_t tos) {
    const Ipv4 header{.source = ip("10.1.2.50"), .destination = ip("10.1.2.30"), .tos = tos};
    return ethernet(mac_a, mac_b, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))));
}

Bytes inner6_marked(std::uint8_t traffic_class) {
    const Ipv6 header{.source = ip6("2001:db8:12::50"),
                      .destination = ip6("2001:db8:12::30"),
                      .traffic_class = traffic_class,
                      .flow = 0xabcde};
    return ethernet(mac_a, mac_b, ethertype_ipv6, ipv6(header, udp(1, 2, payload(8))));
}

// RFC 6040, figure 4: rows inner, columns outer.
constexpr int figure4[4][4] = {
    // outer: not-ECT, ECT(1), ECT(0), CE
    {not_ect, not_ect, not_ect, dropped},  // inner not-ECT
    {ect1, ect1, ect1, ce},                // inner ECT(1)
    {ect0, ect1, ect0, ce},                // inner ECT(0)
    {ce, ce, ce, ce},                      // inner CE
};

}  // namespace

TEST_CASE(
    "[6.7/ecn] [5.6/ecn] marks are combined as RFC 6040 says, on tc and XDP, IPv4 and IPv6 in each other") {
    const std::uint8_t dscp = 0xb8;
    auto marked = inner_marked;
    SUBCASE("IPv4 inside") {}
    SUBCASE("IPv6 inside") { marked = inner6_marked; }
    for (std::uint8_t inner = 0; inner < 4; inner++) {
        for (std::uint8_t outer = 0; outer < 4; outer++) {
            CAPTURE(int{inner});
            CAPTURE(int{outer});
            World world;
            const auto header = geneve(blue, weft_options(blue, tag_b), marked(dscp | inner));
            const auto over4 = outer4(6081, header, outer);
            const auto over6 = outer6(6081, header, static_cast<std::uint8_t>(0x40 | outer));
            const int expected = figure4[inner][outer];
            if (expected == dropped) {
                CHECK(world.programs.receive(over4).verdict == shot);
                CHECK(world.programs.receive(over6).verdict == shot);
                CHECK(world.programs.receive_xdp(over4).verdict == xdp_drop);
                CHECK(world.drops(WEFT_DROP_ecn) == 3);
                continue;
            }
            const auto result = to_hex(marked(static_cast<std::uint8_t>(dscp | expected)));
            CHECK(to_hex(world.programs.receive(over4).packet) == result);
            CHECK(to_hex(world.programs.receive(over6).packet) == result);
            CHECK(to_hex(world.programs.receive_xdp(over4).packet) == result);
            world.expect_nothing_dropped();
        }
    }
}

TEST_CASE("[6.7/ecn] the outer header carries the inner DSCP and ECN") {
    World world;
    for (unsigned tos = 0; tos < 256; tos += 5) {
        const Ipv4 header{
            .source = ip("10.1.2.30"), .destination = ip("10.1.2.50"), .tos = static_cast<std::uint8_t>(tos)};
        const auto frame = ethernet(mac_b, mac_a, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))));
        const auto packet = world.programs.send(frame, world.i1).packet;
        CHECK(packet.at(15) == tos);
        CHECK(internet_checksum(slice(packet, 14, 20)) == 0);
    }
    world.use_ipv6();
    const Ipv4 header{.source = ip("10.1.2.30"), .destination = ip("10.1.2.50"), .tos = 0xb9};
    const auto frame = ethernet(mac_b, mac_a, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))));
    CHECK((read32(world.programs.send(frame, world.i1).packet, 14) >> 20U) == 0x6b9);
}

TEST_CASE("[5.6/ecn] the outer header carries the inner traffic class, over IPv4 and IPv6") {
    World world;
    SUBCASE("over IPv4") {}
    SUBCASE("over IPv6") { world.use_ipv6(); }
    for (unsigned traffic_class = 0; traffic_class < 256; traffic_class += 5) {
        const Ipv6 header{.source = ip6("2001:db8:12::30"),
                          .destination = ip6("2001:db8:12::50"),
                          .traffic_class = static_cast<std::uint8_t>(traffic_class),
                          .flow = 0x12345};
        const auto frame = ethernet(mac_b, mac_a, ethertype_ipv6, ipv6(header, udp(1, 2, payload(8))));
        const auto packet = world.programs.send(frame, world.i1).packet;
        const bool over6 = packet.at(14) >> 4U == 6;
        CHECK((over6 ? read32(packet, 14) >> 20U & 0xffU : packet.at(15)) == traffic_class);
        if (!over6) CHECK(internet_checksum(slice(packet, 14, 20)) == 0);
    }
}
