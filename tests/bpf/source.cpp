// SPDX-License-Identifier: Apache-2.0
// What a host may send (requirement 4.4): outer source, framework, GNI, inner source.
#include <doctest/doctest.h>

#include <ctime>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

Bytes from_source(std::string_view source, std::uint32_t gni = blue) {
    const Ipv4 header{.source = ip(source), .destination = ip("10.1.2.30")};
    return arriving(ethernet(mac_a, mac_b, ethertype_ipv4, ipv4(header, udp(1, 2, payload(8)))), gni);
}

std::uint64_t boot_time() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

TEST_CASE("[4.4/outer] an unknown outer source is dropped, whatever is inside") {
    World world;
    const auto packet = outer4(6081, geneve(blue, weft_options(blue, tag_b), inner_b_to_a()), 0, "192.0.2.9");
    world.expect_dropped(world.programs.receive(packet), WEFT_DROP_outer_unknown_source);
}

TEST_CASE("[4.4/source] an overlay source that this host may not send is dropped") {
    World world;
    world.expect_dropped(world.programs.receive(from_source("10.1.2.51")), WEFT_DROP_inner_source);
}

TEST_CASE("[4.4/source] another host's address is refused from this one") {
    World world;
    weft_underlay underlay{};
    underlay.host = 0x1003;
    underlay.accepted = 1U << WEFT_FRAMEWORK_geneve_1;
    world.put(WEFT_MAP_NAME(WEFT_UNDERLAY_MAP), mapped("192.0.2.3"), underlay);
    const auto packet = outer4(6081, geneve(blue, weft_options(blue, tag_b), inner_b_to_a()), 0, "192.0.2.3");
    SUBCASE("refused") { world.expect_dropped(world.programs.receive(packet), WEFT_DROP_inner_source); }
    SUBCASE("[2.8/both] accepted from both hosts during a move") {
        world.allow_source(0x1003, blue, "10.1.2.50");
        CHECK(world.programs.receive(packet).verdict == redirect);
        CHECK(world.programs.receive(arriving(inner_b_to_a())).verdict == redirect);
    }
}

TEST_CASE("[4.4/own] a host's packets to itself, or from our own records' addresses, are refused") {
    World world;
    world.expect_dropped(world.programs.receive(from_source("10.1.2.30")), WEFT_DROP_inner_source);
}

TEST_CASE("[4.4/unchecked] the host of an unchecked record may send any source of that partition") {
    World world;
    weft_any_source_key key{};
    key.host = peer_host;
    key.gni = blue;
    world.put(WEFT_MAP_NAME(WEFT_ANY_SOURCE_MAP), key, weft_any_source{});
    CHECK(world.programs.receive(from_source("198.51.100.7")).verdict == redirect);
    world.expect_nothing_dropped();
    CHECK(world.programs.receive(from_source("198.51.100.7", red)).verdict == shot);
    CHECK(world.drops(WEFT_DROP_inner_source) == 1);
}

TEST_CASE("[4.4/prefix] a delegated prefix is a source too") {
    World world;
    weft_source_prefix prefix{};
    prefix.prefixlen = WEFT_SOURCE_PREFIX_BITS + WEFT_MAPPED_BITS + 28;
    prefix.gni = blue;
    prefix.host_low = static_cast<__u32>(peer_host);
    prefix.address = mapped("10.1.2.64");
    world.put(WEFT_MAP_NAME(WEFT_SOURCE_PREFIX_MAP), prefix, weft_source{});
    CHECK(world.programs.receive(from_source("10.1.2.79")).verdict == redirect);
    world.expect_nothing_dropped();
    CHECK(world.programs.receive(from_source("10.1.2.80")).verdict == shot);
}

TEST_CASE("[4.4/gni] source and destination GNI must match") {
    World world;
    const auto packet = outer4(6081, geneve(blue, weft_options(red, tag_b), inner_b_to_a()));
    world.expect_dropped(world.programs.receive(packet), WEFT_DROP_gni_mismatch);
}

TEST_CASE("[4.5/sources] what a host may send in one partition it may not in another") {
    World world;
    world.allow_source(peer_host, blue, "10.1.2.60");
    CHECK(world.programs.receive(from_source("10.1.2.60", blue)).verdict == redirect);
    CHECK(world.programs.receive(from_source("10.1.2.60", red)).verdict == shot);
    CHECK(world.drops(WEFT_DROP_inner_source) == 1);
}

TEST_CASE("[4.5/hosts] a partition's packet reaches only its own holder of an address") {
    World world;
    CHECK(world.programs.receive(from_source("10.1.2.50", red)).verdict == redirect);
    CHECK(world.counter(record_r).rx_packets == 1);
    CHECK(world.counter(record_a).rx_packets == 0);
}

TEST_CASE("[4.4/framework] [6.5/accept] only what was negotiated is accepted") {
    World world;
    weft_underlay underlay{};
    underlay.host = peer_host;
    underlay.accepted = 1U << WEFT_FRAMEWORK_vxlan_1;
    SUBCASE("other") {
        world.put(WEFT_MAP_NAME(WEFT_UNDERLAY_MAP), mapped("192.0.2.2"), underlay);
        world.expect_dropped(world.programs.receive(arriving(inner_b_to_a())),
                             WEFT_DROP_framework_not_negotiated);
    }
    SUBCASE("former, without end while the sender is away") {
        underlay.former = 1U << WEFT_FRAMEWORK_geneve_1;
        world.put(WEFT_MAP_NAME(WEFT_UNDERLAY_MAP), mapped("192.0.2.2"), underlay);
        CHECK(world.programs.receive(arriving(inner_b_to_a())).verdict == redirect);
    }
    SUBCASE("former, before its deadline") {
        underlay.former = 1U << WEFT_FRAMEWORK_geneve_1;
        underlay.former_deadline = boot_time() + 3'600'000'000'000;
        world.put(WEFT_MAP_NAME(WEFT_UNDERLAY_MAP), mapped("192.0.2.2"), underlay);
        CHECK(world.programs.receive(arriving(inner_b_to_a())).verdict == redirect);
    }
    SUBCASE("former, after its deadline") {
        underlay.former = 1U << WEFT_FRAMEWORK_geneve_1;
        underlay.former_deadline = boot_time();
        world.put(WEFT_MAP_NAME(WEFT_UNDERLAY_MAP), mapped("192.0.2.2"), underlay);
        world.expect_dropped(world.programs.receive(arriving(inner_b_to_a())),
                             WEFT_DROP_framework_not_negotiated);
    }
}

TEST_CASE("[4.4/ours] other people's packets are left alone") {
    World world;
    const auto inside = geneve(blue, weft_options(blue, tag_b), inner_b_to_a());
    const Ipv4 elsewhere{.source = ip("192.0.2.2"), .destination = ip("192.0.2.77")};
    const Ipv4 here{.source = ip("192.0.2.2"), .destination = ip("192.0.2.1"), .protocol = protocol_tcp};
    const Ipv4 later{.source = ip("192.0.2.2"), .destination = ip("192.0.2.1"), .fragment = 0x0010};
    const auto eth = [](const Bytes& packet) {
        return ethernet(mac_uplink, mac_peer, ethertype_ipv4, packet);
    };
    const Bytes others[] = {
        outer4(53, inside),
        eth(ipv4(elsewhere, udp(1, 6081, inside))),
        eth(ipv4(here, tcp(1, 6081, inside))),
        eth(ipv4(later, udp(1, 6081, inside))),
        outer6(53, inside),
        ethernet(mac_uplink, mac_peer, ethertype_arp, arp({.sender_mac = mac_peer})),
    };
    for (const auto& packet : others) {
        const auto ran = world.programs.receive(packet);
        CHECK(ran.verdict == unspec);
        CHECK(to_hex(ran.packet) == to_hex(packet));
        CHECK(world.programs.receive_xdp(packet).verdict == xdp_pass);
    }
    world.expect_nothing_dropped();
}

TEST_CASE("[4.4/fragment] outer fragments are dropped") {
    World world;
    const auto inside = udp(50000, 6081, geneve(blue, weft_options(blue, tag_b), inner_b_to_a()));
    SUBCASE("IPv4") {
        const Ipv4 header{.source = ip("192.0.2.2"), .destination = ip("192.0.2.1"), .fragment = 0x2000};
        const auto packet = ethernet(mac_uplink, mac_peer, ethertype_ipv4, ipv4(header, inside));
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_outer_fragment);
    }
    SUBCASE("IPv6") {
        const Ipv6 header{.source = ip6("2001:db8::2"), .destination = ip6("2001:db8::1"), .next = 44};
        const auto fragment = from_hex("11 00 0001 00000007");
        const auto packet = ethernet(mac_uplink, mac_peer, ethertype_ipv6, ipv6(header, fragment + inside));
        world.expect_dropped(world.programs.receive(packet), WEFT_DROP_outer_fragment);
    }
}

TEST_CASE("[4.4/inner] malformed inner packets are dropped, each with its reason") {
    World world;
    const Ipv4 header{.source = ip("10.1.2.50"), .destination = ip("10.1.2.30")};
    auto packet = ipv4(header, udp(1, 2, payload(8)));
    const auto eth = [](const Bytes& p) { return ethernet(mac_a, mac_b, ethertype_ipv4, p); };
    SUBCASE("not IPv4") {
        const auto inner = ethernet(mac_a, mac_b, ethertype_arp, packet);
        world.expect_dropped(world.programs.receive(arriving(inner)), WEFT_DROP_inner_ethertype);
    }
    SUBCASE("version") {
        packet[0] = 0x65;
        world.expect_dropped(world.programs.receive(arriving(eth(packet))), WEFT_DROP_inner_ip_malformed);
    }
    SUBCASE("total length") {
        packet[3] = static_cast<std::uint8_t>(packet[3] + 1);
        world.expect_dropped(world.programs.receive(arriving(eth(packet))), WEFT_DROP_inner_ip_malformed);
    }
    SUBCASE("nothing inside") {
        world.expect_dropped(world.programs.receive(arriving({})), WEFT_DROP_inner_ethernet_truncated);
    }
    SUBCASE("Ethernet alone") {
        world.expect_dropped(world.programs.receive(arriving(eth({}))), WEFT_DROP_inner_ip_truncated);
    }
}
