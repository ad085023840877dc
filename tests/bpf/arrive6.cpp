// SPDX-License-Identifier: Apache-2.0
// IPv6 inside what arrives: bytes both ways in each framework and underlay, who may send it
// (requirement 4.4), who receives it (4.3), and what is malformed.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

Bytes inner_frame(const Ipv6& header, const Bytes& body) {
    return ethernet(mac_a, mac_b, ethertype_ipv6, ipv6(header, body));
}

Bytes from_source(std::string_view source, std::uint32_t gni = blue) {
    const Ipv6 header{.source = ip6(source), .destination = ip6("2001:db8:12::30")};
    return arriving(inner_frame(header, udp(1, 2, payload(8))), gni);
}

Bytes to_destination(std::string_view destination, const Mac& station) {
    const Ipv6 header{.source = ip6("2001:db8:12::50"), .destination = ip6(destination)};
    return arriving(ethernet(station, mac_b, ethertype_ipv6, ipv6(header, udp(1, 2, payload(8)))));
}

void uncheck_a(World& world) {
    const auto uncheck = [](weft_local& l) { l.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); };
    world.change_local(blue, "2001:db8:12::30", uncheck);
    weft_station_key key{};
    key.gni = blue;
    std::copy(mac_a.begin(), mac_a.end(), key.mac);
    world.change<weft_local>(WEFT_MAP_NAME(WEFT_STATION_MAP), key, uncheck);
}

}  // namespace

TEST_CASE("[5.6/encapsulate] an IPv6 frame in Geneve and VXLAN over IPv4 and IPv6, byte by byte") {
    World world;
    const auto frame = from_a6("2001:db8:12::50", mac_b, payload(10));
    Bytes inside = geneve(blue, weft_options(blue, tag_a), frame);
    std::uint16_t destination = 6081;
    SUBCASE("Geneve") {}
    SUBCASE("VXLAN") {
        world.use_framework(WEFT_FRAMEWORK_vxlan_1);
        inside = vxlan(blue, frame);
        destination = 4789;
    }
    SUBCASE("over IPv4") {
        const auto ran = world.programs.send(frame, world.i1);
        REQUIRE(ran.verdict == redirect);
        const Ipv4 outer{.source = ip("192.0.2.1"), .destination = ip("192.0.2.2"), .fragment = 0x4000};
        const auto port = read16(ran.packet, 34);
        CHECK(port >= 49152);
        CHECK(to_hex(slice(ran.packet, 14)) == to_hex(ipv4(outer, udp(port, destination, inside))));
    }
    SUBCASE("over IPv6") {
        world.use_ipv6();
        const auto ran = world.programs.send(frame, world.i1);
        REQUIRE(ran.verdict == redirect);
        const Ipv6 outer{.source = ip6("2001:db8::1"),
                         .destination = ip6("2001:db8::2"),
                         .flow = read32(ran.packet, 14) & 0xfffffU};
        const auto port = read16(ran.packet, 54);
        CHECK(to_hex(slice(ran.packet, 14)) == to_hex(ipv6(outer, udp(port, destination, inside))));
    }
}

TEST_CASE("[6.7/entropy6] outer source port and flow label follow the inner flow") {
    World world;
    world.use_ipv6();
    const auto entropy = [&](std::string_view destination, std::uint16_t port) {
        const Ipv6 header{.source = ip6("2001:db8:12::30"), .destination = ip6(destination)};
        const auto frame = ethernet(mac_b, mac_a, ethertype_ipv6, ipv6(header, udp(port, 80, payload(10))));
        const auto packet = world.programs.send(frame, world.i1).packet;
        return std::pair{read16(packet, 54), read32(packet, 14) & 0xfffffU};
    };
    const auto first = entropy("2001:db8:12::50", 1000);
    CHECK(entropy("2001:db8:12::50", 1000) == first);
    int ports = 0;
    int labels = 0;
    for (std::uint16_t p = 1001; p < 1065; p++) {
        const auto other = entropy("2001:db8:12::50", p);
        ports += other.first != first.first ? 1 : 0;
        labels += other.second != first.second ? 1 : 0;
    }
    CHECK(ports >= 60);
    CHECK(labels >= 60);
}

TEST_CASE("[5.6/receive] an IPv6 packet of the peer reaches the instance, its MACs right, and is counted") {
    World world;
    const auto inner = inner6_b_to_a();
    const auto with_geneve = geneve(blue, weft_options(blue, tag_b), inner);
    for (const auto& packet : {outer4(6081, with_geneve), outer6(6081, with_geneve),
                               outer4(4789, vxlan(blue, inner)), outer6(4789, vxlan(blue, inner))}) {
        const auto ran = world.programs.receive(packet);
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(inner));
        const auto early = world.programs.receive_xdp(packet);
        CHECK(early.verdict == xdp_pass);
        CHECK(to_hex(early.packet) == to_hex(inner));
    }
    world.expect_nothing_dropped();
    CHECK(world.counter(record_a).rx_packets == 4);
    CHECK(world.counter(record_a).rx_bytes == 4 * inner.size());
}

TEST_CASE("[5.6/receive] extension headers inside are walked on tc and XDP") {
    World world;
    const Ipv6 header{.source = ip6("2001:db8:12::50"), .destination = ip6("2001:db8:12::30"), .next = 60};
    const auto inner =
        inner_frame(header, extension(60, Bytes(1000 - 2)) + extension(17) + udp(1, 2, payload(8)));
    CHECK(to_hex(world.programs.receive(arriving(inner)).packet) == to_hex(inner));
    CHECK(to_hex(world.programs.receive_xdp(arriving(inner)).packet) == to_hex(inner));
    world.expect_nothing_dropped();
}

TEST_CASE("[4.4/source6] only the host of an IPv6 source may send it") {
    World world;
    SUBCASE("not this host's") {
        world.expect_dropped(world.programs.receive(from_source("2001:db8:12::51")), WEFT_DROP_inner_source);
    }
    SUBCASE("our own records'") {
        world.expect_dropped(world.programs.receive(from_source("2001:db8:12::30")), WEFT_DROP_inner_source);
    }
    SUBCASE("not in that partition") {
        world.allow_source(peer_host, blue, "2001:db8:12::60");
        CHECK(world.programs.receive(from_source("2001:db8:12::60", blue)).verdict == redirect);
        world.expect_dropped(world.programs.receive(from_source("2001:db8:12::60", red)),
                             WEFT_DROP_inner_source);
    }
    SUBCASE("an unchecked record lives there") {
        weft_any_source_key key{};
        key.host = peer_host;
        key.gni = blue;
        world.put(WEFT_MAP_NAME(WEFT_ANY_SOURCE_MAP), key, weft_any_source{});
        CHECK(world.programs.receive(from_source("2001:db8:ffff::7")).verdict == redirect);
        world.expect_nothing_dropped();
    }
    SUBCASE("a delegated prefix") {
        weft_source_prefix prefix{};
        prefix.prefixlen = WEFT_SOURCE_PREFIX_BITS + 80;
        prefix.gni = blue;
        prefix.host_low = static_cast<__u32>(peer_host);
        prefix.address = mapped("2001:db8:14:0:7::");
        world.put(WEFT_MAP_NAME(WEFT_SOURCE_PREFIX_MAP), prefix, weft_source{});
        CHECK(world.programs.receive(from_source("2001:db8:14:0:7::1")).verdict == redirect);
        world.expect_nothing_dropped();
        world.expect_dropped(world.programs.receive(from_source("2001:db8:14:0:8::1")),
                             WEFT_DROP_inner_source);
    }
}

TEST_CASE("[4.4/mapped6] an IPv4 address in IPv6 form stands for no IPv4 address, inside or outside") {
    World world;
    SUBCASE("inner source") {
        world.expect_dropped(world.programs.receive(from_source("::ffff:10.1.2.50")),
                             WEFT_DROP_inner_ip6_mapped);
    }
    SUBCASE("inner destination") {
        world.expect_dropped(world.programs.receive(to_destination("::ffff:10.1.2.30", mac_a)),
                             WEFT_DROP_inner_ip6_mapped);
    }
    SUBCASE("outer source") {
        const auto inside = geneve(blue, weft_options(blue, tag_b), inner6_b_to_a());
        world.expect_dropped(world.programs.receive(outer6(6081, inside, 0, "::ffff:192.0.2.2")),
                             WEFT_DROP_outer_unknown_source);
    }
}

TEST_CASE("[4.3/destination6] a checked record receives its own IPv6 addresses alone") {
    World world;
    SUBCASE("another address") {
        world.expect_dropped(world.programs.receive(to_destination("2001:db8:ff::7", mac_a)),
                             WEFT_DROP_destination_address, record_a, WEFT_RX);
    }
    SUBCASE("unchecked, whatever is sent to its MAC") {
        uncheck_a(world);
        CHECK(world.programs.receive(to_destination("2001:db8:ff::7", mac_a)).verdict == redirect);
        CHECK(world.counter(record_a).rx_packets == 1);
    }
    SUBCASE("a stale MAC does not misdirect") {
        CHECK(world.programs.receive(to_destination("2001:db8:12::31", mac_a)).verdict == redirect);
        CHECK(world.counter(record_d).rx_packets == 1);
    }
    SUBCASE("nobody's") {
        world.expect_dropped(world.programs.receive(to_destination("2001:db8:13::7", mac_c)),
                             WEFT_DROP_no_destination);
    }
}

TEST_CASE("[4.4/inner6] malformed inner packets are dropped, each with its reason") {
    World world;
    auto inner = inner6_b_to_a();
    const Ipv6 header{.source = ip6("2001:db8:12::50"), .destination = ip6("2001:db8:12::30"), .next = 43};
    const auto drop = [&](const Bytes& frame, weft_drop_reason reason) {
        world.expect_dropped(world.programs.receive(arriving(frame)), reason);
    };
    SUBCASE("version") {
        inner[14] = 0x45;
        drop(inner, WEFT_DROP_inner_ip_malformed);
    }
    SUBCASE("payload length") {
        inner[19] = static_cast<std::uint8_t>(inner[19] + 1);
        drop(inner, WEFT_DROP_inner_ip_malformed);
    }
    SUBCASE("IPv4 by another name") {
        const Ipv4 v4{.source = ip("10.1.2.50"), .destination = ip("10.1.2.30")};
        drop(ethernet(mac_a, mac_b, ethertype_ipv6, ipv4(v4, udp(1, 2, payload(32)))),
             WEFT_DROP_inner_ip_malformed);
    }
    SUBCASE("routing of type 0") {
        drop(inner_frame(header, extension(17) + udp(1, 2, {})), WEFT_DROP_inner_ip6_routing);
    }
    SUBCASE("too many extension headers") {
        Bytes many;
        for (int i = 0; i < 6; i++) many = many + extension(60);
        Ipv6 first = header;
        first.next = 60;
        drop(inner_frame(first, many + extension(17) + udp(1, 2, {})), WEFT_DROP_inner_ip6_extensions);
    }
}
