// SPDX-License-Identifier: Apache-2.0
// Congestion marks through an instance that forwards: taken from the outer header, put on the next one.
#include <doctest/doctest.h>
#include <linux/if_link.h>

#include "tests/harness/bpf/live.h"

using namespace weft::test;

namespace {

constexpr std::uint8_t ect1 = 1;
constexpr std::uint8_t ect0 = 2;
constexpr std::uint8_t ce = 3;
constexpr std::uint8_t dscp = 0xb8;

// From b, for what lies behind a and then behind b again.
Bytes inner4(const Mac& to, const Mac& from, std::uint8_t tos, std::uint8_t ttl) {
    const Ipv4 header{
        .source = ip("10.1.2.50"), .destination = ip("10.9.0.1"), .ttl = ttl, .tos = tos, .fragment = 0x4000};
    return ethernet(to, from, ethertype_ipv4, ipv4(header, udp(5, 6, payload(64))));
}

Bytes inner6(const Mac& to, const Mac& from, std::uint8_t traffic_class, std::uint8_t hops) {
    const Ipv6 header{.source = ip6("2001:db8:12::50"),
                      .destination = ip6("2001:db8:19::1"),
                      .hops = hops,
                      .traffic_class = traffic_class};
    return ethernet(to, from, ethertype_ipv6, ipv6(header, udp(5, 6, payload(64))));
}

Bytes in_geneve(const Bytes& frame, std::uint32_t tag) {
    return geneve(blue, weft_options(blue, tag), frame);
}
Bytes in_vxlan(const Bytes& frame, std::uint32_t) { return vxlan(blue, frame); }

// The outer traffic class of the next UDP packet that carries just this.
std::optional<unsigned> class_outside(Raw& underlay, const Bytes& inside) {
    const auto seen = underlay.receive([&](const Bytes& f) {
        const std::size_t headers = read16(f, 12) == ethertype_ipv6 ? 62 : 42;
        return f.size() == headers + inside.size() && slice(f, headers) == inside;
    });
    if (!seen) return std::nullopt;
    return read16(*seen, 12) == ethertype_ipv6 ? read32(*seen, 14) >> 20U & 0xffU : seen->at(15);
}

void expect_mark_kept(Live& live, bool over6) {
    live.forward_through_a();
    Raw underlay(live.far, "eth0");
    for (const auto inner : {inner4, inner6}) {
        for (const auto framework : {WEFT_FRAMEWORK_geneve_1, WEFT_FRAMEWORK_vxlan_1}) {
            live.world.use_framework(static_cast<std::uint8_t>(framework));
            const bool geneve = framework == WEFT_FRAMEWORK_geneve_1;
            const std::uint16_t port = geneve ? 6081 : 4789;
            const auto wrap = geneve ? in_geneve : in_vxlan;
            for (const std::uint8_t ect : {ect0, ect1}) {
                CAPTURE(port);
                CAPTURE(int{ect});
                const auto header = wrap(inner(mac_a, mac_b, dscp | ect, 64), tag_b);
                underlay.send(over6 ? outer6(port, header, dscp | ce) : outer4(port, header, dscp | ce));
                // Two routers took a hop each: the instance and the phantom one.
                const auto inside = wrap(inner(mac_b, mac_router, dscp | ce, 62), tag_a);
                CHECK(class_outside(underlay, inside) == (dscp | ce));
            }
        }
    }
    CHECK(live.world.drops(WEFT_DROP_encapsulate) == 0);
}

}  // namespace

TEST_CASE(
    "[5.5/ecn] [6.7/ecn] a mark of the underlay stays through decapsulation, an instance that forwards and "
    "the next encapsulation") {
    SUBCASE("over IPv4") {
        Live live;
        expect_mark_kept(live, false);
    }
    SUBCASE("over IPv6") {
        Live live(Live::Underlay::ipv6);
        expect_mark_kept(live, true);
    }
    SUBCASE("over IPv4, native XDP in front") {
        Live live;
        live.attach_xdp(XDP_FLAGS_DRV_MODE);
        expect_mark_kept(live, false);
    }
    SUBCASE("over IPv6, generic XDP in front") {
        Live live(Live::Underlay::ipv6);
        live.attach_xdp(XDP_FLAGS_SKB_MODE);
        expect_mark_kept(live, true);
    }
}
