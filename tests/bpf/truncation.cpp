// SPDX-License-Identifier: Apache-2.0
// Every length a packet can be cut to: never a crash, always a verdict, and a drop has one reason.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

std::uint64_t all_drops(World& world) {
    std::uint64_t sum = 0;
    for (std::uint32_t reason = 1; reason < WEFT_DROP_SLOTS; reason++) sum += world.drops(reason);
    return sum;
}

// Cut on the wire: the headers still claim the whole packet.
void expect_cut_dropped(World& world, const Bytes& packet, std::size_t claims) {
    for (std::size_t size = 14; size < packet.size(); size++) {
        CAPTURE(size);
        const auto before = all_drops(world);
        const auto xdp = world.programs.receive_xdp(slice(packet, 0, size));
        const bool ours = size >= claims;
        CHECK(xdp.verdict == (ours ? xdp_drop : xdp_pass));
        CHECK(all_drops(world) == before + (ours ? 1 : 0));
    }
    CHECK(world.programs.receive_xdp(packet).verdict == xdp_pass);
}

}  // namespace

TEST_CASE("[4.4/truncated] outer packets cut at every length") {
    World world;
    expect_cut_dropped(world, arriving(inner_b_to_a()), 14 + 20 + 8);
    expect_cut_dropped(world, outer4(4789, vxlan(blue, inner_b_to_a())), 14 + 20 + 8);
    expect_cut_dropped(world, outer6(6081, geneve(blue, weft_options(blue, 0), inner_b_to_a())), 14 + 40 + 8);
}

TEST_CASE("[4.4/truncated] inner packets cut at every length inside a whole outer packet") {
    World world;
    const auto inner = inner_b_to_a();
    for (std::size_t size = 0; size < inner.size(); size++) {
        CAPTURE(size);
        const auto before = all_drops(world);
        CHECK(world.programs.receive(arriving(slice(inner, 0, size))).verdict == shot);
        CHECK(world.programs.receive_xdp(arriving(slice(inner, 0, size))).verdict == xdp_drop);
        CHECK(all_drops(world) == before + 2);
    }
    CHECK(world.drops(WEFT_DROP_inner_ethernet_truncated) == 2 * 14);
    CHECK(world.drops(WEFT_DROP_inner_ip_truncated) == 2 * 20);
    CHECK(world.drops(WEFT_DROP_inner_ip_malformed) == 2 * (inner.size() - 34));
}

TEST_CASE("[4.4/truncated] framework headers cut at every length inside a whole outer packet") {
    World world;
    const auto whole = geneve(blue, weft_options(blue, tag_b), {});
    for (std::size_t size = 0; size < whole.size(); size++)
        CHECK(world.programs.receive(outer4(6081, slice(whole, 0, size))).verdict == shot);
    CHECK(world.drops(WEFT_DROP_framework_truncated) == whole.size());
}

TEST_CASE("[4.4/lengths] every wrong outer length is dropped") {
    World world;
    const auto good = arriving(inner_b_to_a());
    for (std::uint32_t length = 0; length < 0x10000; length += 31) {
        auto packet = good;
        packet[38] = static_cast<std::uint8_t>(length >> 8U);
        packet[39] = static_cast<std::uint8_t>(length);
        if (length == good.size() - 34) continue;
        CHECK(world.programs.receive(packet).verdict == shot);
    }
    CHECK(world.drops(WEFT_DROP_outer_truncated) == 0);
    CHECK(world.drops(WEFT_DROP_outer_length) > 2000);
}

TEST_CASE("[4.3/truncated] an instance's packet whose total length is cut is dropped at every length") {
    World world;
    const auto good = from_a("10.1.2.50", mac_b, payload(30));
    for (std::size_t size = 34; size < good.size(); size++) {
        CAPTURE(size);
        CHECK(world.programs.send(slice(good, 0, size), world.i1).verdict == shot);
    }
    CHECK(world.drops(record_a, WEFT_DROP_ip_malformed, WEFT_TX) == good.size() - 34);
}

TEST_CASE("[4.6/truncated] a packet without its whole transport header belongs to no flow and is dropped") {
    World world;
    const Ipv4 header{.source = ip("10.1.2.30"), .destination = ip("10.1.2.50"), .protocol = protocol_tcp};
    for (std::size_t size = 0; size < 20; size++) {
        const auto frame = ethernet(mac_b, mac_a, ethertype_ipv4, ipv4(header, payload(size)));
        CHECK(world.programs.send(frame, world.i1).verdict == shot);
    }
    CHECK(world.drops(record_a, WEFT_DROP_l4_truncated, WEFT_TX) == 20);
}

TEST_CASE("[4.4/truncated6] inner IPv6 packets, extension headers with them, cut at every length") {
    World world;
    const Ipv6 header{.source = ip6("2001:db8:12::50"), .destination = ip6("2001:db8:12::30"), .next = 0};
    const auto authentication = from_hex("11 04 0000 00000001 00000002 000102030405060708090a0b");
    const auto chain = extension(60) + extension(51, Bytes(14)) + authentication;
    const auto inner =
        ethernet(mac_a, mac_b, ethertype_ipv6, ipv6(header, chain + udp(2222, 1111, payload(20))));
    SUBCASE("on the wire") {
        for (std::size_t size = 0; size < inner.size(); size++) {
            CAPTURE(size);
            const auto before = all_drops(world);
            CHECK(world.programs.receive(arriving(slice(inner, 0, size))).verdict == shot);
            CHECK(world.programs.receive_xdp(arriving(slice(inner, 0, size))).verdict == xdp_drop);
            CHECK(all_drops(world) == before + 2);
        }
        CHECK(world.drops(WEFT_DROP_inner_ip_truncated) == 2 * 40);
        CHECK(world.drops(WEFT_DROP_inner_ip_malformed) == 2 * (inner.size() - 54));
    }
    SUBCASE("by the length that it claims") {
        for (std::size_t size = 0; size < chain.size(); size++) {
            CAPTURE(size);
            auto cut = inner;
            cut[19] = static_cast<std::uint8_t>(size);
            CHECK(world.programs.receive(arriving(cut)).verdict == shot);
        }
        CHECK(world.drops(WEFT_DROP_inner_ip_malformed) == chain.size());
    }
    CHECK(world.programs.receive(arriving(inner)).verdict == redirect);
}

TEST_CASE("[4.3/truncated6] an instance's IPv6 packet, extension headers with it, cut at every length") {
    World world;
    const Ipv6 header{.source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:12::50"), .next = 60};
    const auto chain = extension(44, Bytes(14)) + fragment_header(60, 0, 7) + extension(17);
    const auto good = ethernet(mac_b, mac_a, ethertype_ipv6, ipv6(header, chain + udp(1, 2, payload(30))));
    for (std::size_t size = 54; size < good.size(); size++) {
        CAPTURE(size);
        CHECK(world.programs.send(slice(good, 0, size), world.i1).verdict == shot);
    }
    CHECK(world.drops(record_a, WEFT_DROP_ip_malformed, WEFT_TX) == good.size() - 54);
    for (std::size_t size = 0; size < chain.size(); size++) {
        CAPTURE(size);
        auto cut = good;
        cut[19] = static_cast<std::uint8_t>(size);
        CHECK(world.programs.send(cut, world.i1).verdict == shot);
    }
    CHECK(world.drops(record_a, WEFT_DROP_ip_malformed, WEFT_TX) == good.size() - 54 + chain.size());
    CHECK(world.programs.send(good, world.i1).verdict == redirect);
}
