// SPDX-License-Identifier: Apache-2.0
// DSCP and ECN: copied outwards, combined inwards (RFC 6040), whatever is in what.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint8_t not_ect = 0;
constexpr std::uint8_t ect1 = 1;
constexpr std::uint8_t ect0 = 2;
constexpr std::uint8_t ce = 3;
constexpr int drop = -1;

// RFC 6040, figure 4.
struct Combination {
    std::uint8_t inner;
    std::uint8_t outer;
    int outgoing;
};
constexpr Combination figure4[] = {
    {not_ect, not_ect, not_ect}, {not_ect, ect0, not_ect}, {not_ect, ect1, not_ect}, {not_ect, ce, drop},
    {ect0, not_ect, ect0},       {ect0, ect0, ect0},       {ect0, ect1, ect1},       {ect0, ce, ce},
    {ect1, not_ect, ect1},       {ect1, ect0, ect1},       {ect1, ect1, ect1},       {ect1, ce, ce},
    {ce, not_ect, ce},           {ce, ect0, ce},           {ce, ect1, ce},           {ce, ce, ce},
};
constexpr std::uint8_t dscp = 0xb8;
constexpr std::uint8_t other_dscp = 0x28;  // of the outer header: it says nothing to the inner one

Bytes marked4(const Mac& to, const Mac& from, std::string_view source, std::string_view destination,
              std::uint8_t tos) {
    const Ipv4 header{.source = ip(source), .destination = ip(destination), .tos = tos};
    return ethernet(to, from, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8))));
}

Bytes marked6(const Mac& to, const Mac& from, std::string_view source, std::string_view destination,
              std::uint8_t traffic_class) {
    const Ipv6 header{.source = ip6(source),
                      .destination = ip6(destination),
                      .traffic_class = traffic_class,
                      .flow = 0xabcde};
    return ethernet(to, from, ethertype_ipv6, ipv6(header, udp(1, 2, payload(8))));
}

Bytes received(bool v6, std::uint8_t tos) {
    return v6 ? marked6(mac_a, mac_b, "2001:db8:12::50", "2001:db8:12::30", tos)
              : marked4(mac_a, mac_b, "10.1.2.50", "10.1.2.30", tos);
}

Bytes sent(bool v6, std::uint8_t tos) {
    return v6 ? marked6(mac_b, mac_a, "2001:db8:12::30", "2001:db8:12::50", tos)
              : marked4(mac_b, mac_a, "10.1.2.30", "10.1.2.50", tos);
}

// The frame in each framework, over each underlay.
std::vector<Bytes> wrapped(const Bytes& frame, std::uint8_t tos) {
    const auto in_geneve = geneve(blue, weft_options(blue, tag_b), frame);
    const auto in_vxlan = vxlan(blue, frame);
    return {outer4(6081, in_geneve, tos), outer6(6081, in_geneve, tos), outer4(4789, in_vxlan, tos),
            outer6(4789, in_vxlan, tos)};
}

struct Carrier {
    const char* name;
    weft_framework framework;
    bool over6;
};
constexpr Carrier carriers[] = {
    {"geneve over IPv4", WEFT_FRAMEWORK_geneve_1, false},
    {"geneve over IPv6", WEFT_FRAMEWORK_geneve_1, true},
    {"vxlan over IPv4", WEFT_FRAMEWORK_vxlan_1, false},
    {"vxlan over IPv6", WEFT_FRAMEWORK_vxlan_1, true},
};

}  // namespace

TEST_CASE(
    "[6.7/ecn] [5.6/ecn] marks are combined as RFC 6040 says, in each framework, on tc and XDP, IPv4 and "
    "IPv6 in each other") {
    bool v6 = false;
    SUBCASE("IPv4 inside") {}
    SUBCASE("IPv6 inside") { v6 = true; }
    for (const auto& marks : figure4) {
        CAPTURE(int{marks.inner});
        CAPTURE(int{marks.outer});
        World world;
        const auto packets = wrapped(received(v6, dscp | marks.inner), other_dscp | marks.outer);
        for (const auto& packet : packets) {
            CAPTURE(to_hex(packet));
            const auto at_tc = world.programs.receive(packet);
            const auto at_xdp = world.programs.receive_xdp(packet);
            if (marks.outgoing == drop) {
                CHECK(at_tc.verdict == shot);
                CHECK(at_xdp.verdict == xdp_drop);
                continue;
            }
            const auto expected = to_hex(received(v6, static_cast<std::uint8_t>(dscp | marks.outgoing)));
            CHECK(at_tc.verdict == redirect);
            CHECK(at_xdp.verdict == xdp_pass);
            CHECK(to_hex(at_tc.packet) == expected);
            CHECK(to_hex(at_xdp.packet) == expected);
        }
        if (marks.outgoing == drop)
            CHECK(world.drops(WEFT_DROP_ecn, WEFT_RX) == 2 * packets.size());
        else
            world.expect_nothing_dropped();
    }
}

TEST_CASE("[6.7/ecn] [5.6/ecn] the outer header carries the inner DSCP and ECN, in each framework") {
    bool v6 = false;
    SUBCASE("IPv4 inside") {}
    SUBCASE("IPv6 inside") { v6 = true; }
    for (const auto& carrier : carriers) {
        CAPTURE(carrier.name);
        World world;
        if (carrier.over6) world.use_ipv6();
        world.use_framework(carrier.framework);
        for (unsigned tos = 0; tos < 256; tos++) {
            CAPTURE(tos);
            const auto frame = sent(v6, static_cast<std::uint8_t>(tos));
            const auto packet = world.programs.send(frame, world.i1).packet;
            REQUIRE(packet.size() > frame.size() + 28);
            CHECK(to_hex(slice(packet, packet.size() - frame.size())) == to_hex(frame));
            if (carrier.over6) {
                CHECK((read32(packet, 14) >> 20U) == (0x600U | tos));
            } else {
                CHECK(packet.at(15) == tos);
                CHECK(internet_checksum(slice(packet, 14, 20)) == 0);
            }
        }
    }
}
