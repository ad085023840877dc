// SPDX-License-Identifier: Apache-2.0
// admit for IPv6: whose packet is it, is it what it claims to be, and what lies between its headers.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

Bytes frame_of(const Ipv6& header, const Bytes& body, const Mac& to = mac_b) {
    return ethernet(to, mac_a, ethertype_ipv6, ipv6(header, body));
}

Bytes spoofed(std::string_view source) {
    return frame_of({.source = ip6(source), .destination = ip6("2001:db8:12::50")}, udp(1, 2, payload(10)));
}

// A packet of a to b whose first header is `next`.
Bytes extended(std::uint8_t next, const Bytes& body) {
    return frame_of({.source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:12::50"), .next = next},
                    body);
}

void uncheck(World& world) {
    world.change_port(world.i1,
                      [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); });
}

const Bytes good = from_a6("2001:db8:12::50", mac_b, payload(10));
const Bytes datagram = udp(1111, 2222, payload(10));

}  // namespace

TEST_CASE("[5.6/send] an IPv6 packet of an attached record is sent and counted") {
    World world;
    CHECK(world.programs.send(good, world.i1).verdict == redirect);
    world.expect_nothing_dropped();
    CHECK(world.counter(record_a).tx_packets == 1);
    CHECK(world.counter(record_a).tx_bytes == good.size());
}

TEST_CASE("[5.6/source] [4.3/source6] a spoofed IPv6 source is dropped and counted") {
    World world;
    SUBCASE("nobody's") {
        world.expect_dropped(world.programs.send(spoofed("2001:db8:12::99"), world.i1),
                             WEFT_DROP_source_address, record_a);
    }
    SUBCASE("another record's, on this host and on another") {
        for (const auto* other : {"2001:db8:12::31", "2001:db8:12::50", "::"})
            CHECK(world.programs.send(spoofed(other), world.i1).verdict == shot);
        CHECK(world.drops(WEFT_DROP_source_address) == 3);
    }
    SUBCASE("one that differs from its own in one bit of any byte") {
        auto own = ip6("2001:db8:12::30");
        for (std::size_t i = 2; i < 16; i++) {  // the first two would make it link-local or multicast
            auto near = own;
            near[i] = static_cast<std::uint8_t>(near[i] ^ 1U);
            const Ipv6 header{.source = near, .destination = ip6("2001:db8:12::50")};
            CHECK(world.programs.send(frame_of(header, datagram), world.i1).verdict == shot);
        }
        CHECK(world.drops(WEFT_DROP_source_address) == 14);
    }
}

TEST_CASE("[5.6/source] [4.3/source6] a record's further IPv6 addresses are its own; unchecked, any is") {
    World world;
    SUBCASE("further address") {
        world.change_local(blue, "2001:db8:12::31", [](weft_local& l) { l.record = record_a; });
        CHECK(world.programs.send(spoofed("2001:db8:12::31"), world.i1).verdict == redirect);
    }
    SUBCASE("check off") {
        uncheck(world);
        CHECK(world.programs.send(spoofed("2001:db8:ffff::7"), world.i1).verdict == redirect);
    }
    world.expect_nothing_dropped();
}

TEST_CASE("[4.3/mac6] a spoofed MAC is refused with IPv6 too") {
    World world;
    const Ipv6 header{.source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:12::50")};
    const auto frame = ethernet(mac_b, mac_d, ethertype_ipv6, ipv6(header, datagram));
    world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_source_mac, record_a);
}

TEST_CASE("[2.6/shared6] records on one device are told apart by IPv6 source") {
    World world;
    weft_port_key key{};
    key.ifindex = world.i1;
    weft_port first{};
    world.change_port(world.i1, [&](weft_port& p) {
        first = p;
        p.flags = WEFT_PORT_SHARED;
    });
    key.source = mapped("2001:db8:12::30");
    world.put(WEFT_MAP_NAME(WEFT_PORT_MAP), key, first);
    CHECK(world.programs.send(good, world.i1).verdict == redirect);
    CHECK(world.counter(record_a).tx_packets == 1);
    world.expect_dropped(world.programs.send(spoofed("2001:db8:12::31"), world.i1), WEFT_DROP_no_port_source);
}

TEST_CASE("[5.2/multicast6] IPv6 multicast does not leave the host") {
    World world;
    const Bytes mld = extension(58, from_hex("0502 0000 0100")) + Bytes{143, 0} + be16(0) + be32(0);
    SUBCASE("to a group") {
        const auto frame = from_a6("ff05::1:3", mac("33:33:00:01:00:03"), payload(10));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_multicast, record_a);
    }
    SUBCASE("to a group MAC alone") {
        const auto frame = from_a6("2001:db8:12::50", mac("33:33:00:00:00:01"), payload(10));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_multicast, record_a);
    }
    SUBCASE("to a group by another's MAC") {
        const auto frame = from_a6("ff02::1", mac_b, payload(10));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_multicast, record_a);
    }
    SUBCASE("listener reports from a link-local address") {
        const Ipv6 header{.source = ip6("fe80::1"), .destination = ip6("ff02::16"), .next = 0};
        const auto frame = frame_of(header, mld, mac("33:33:00:00:00:16"));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_multicast, record_a);
    }
}

TEST_CASE("[4.3/link-local] link-local addresses carry nothing but discovery and DHCPv6, check on or off") {
    World world;
    SUBCASE("check on") {}
    SUBCASE("check off") { uncheck(world); }
    const auto link_local = [&](std::string_view source, std::string_view destination) {
        return frame_of({.source = ip6(source), .destination = ip6(destination)}, datagram, mac_router);
    };
    SUBCASE("source") {
        world.expect_dropped(
            world.programs.send(link_local("fe80::ff:fe00:a01", "2001:db8:12::50"), world.i1),
            WEFT_DROP_link_local, record_a);
    }
    SUBCASE("destination") {
        world.expect_dropped(world.programs.send(link_local("2001:db8:12::30", "fe80::1"), world.i1),
                             WEFT_DROP_link_local, record_a);
    }
    SUBCASE("the last of them") {
        world.expect_dropped(world.programs.send(link_local("febf:ffff::1", "fe80::1"), world.i1),
                             WEFT_DROP_link_local, record_a);
    }
    SUBCASE("another's UDP from link-local is not DHCPv6") {
        const Ipv6 header{.source = ip6("fe80::ff:fe00:a01"), .destination = ip6(router_link_local)};
        const auto frame = frame_of(header, udp(546, 548, payload(20)), mac_router);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_link_local, record_a);
    }
}

TEST_CASE("[4.3/mapped6] an IPv4 address in IPv6 form never passes for IPv4, check on or off") {
    World world;
    SUBCASE("check on") {}
    SUBCASE("check off") { uncheck(world); }
    SUBCASE("source") {
        world.expect_dropped(world.programs.send(spoofed("::ffff:10.1.2.30"), world.i1), WEFT_DROP_ip6_mapped,
                             record_a);
    }
    SUBCASE("destination") {
        const auto frame = from_a6("::ffff:10.1.2.50", mac_b, payload(10));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ip6_mapped, record_a);
    }
}

TEST_CASE("[4.3/malformed6] packets that are not whole IPv6") {
    World world;
    auto packet = slice(good, 14);
    const auto send = [&] {
        return world.programs.send(ethernet(mac_b, mac_a, ethertype_ipv6, packet), world.i1);
    };
    SUBCASE("version 4") {
        packet[0] = 0x40;
        world.expect_dropped(send(), WEFT_DROP_ip_malformed, record_a);
    }
    SUBCASE("payload length beyond the frame") {
        packet[5] = static_cast<std::uint8_t>(packet[5] + 1);
        world.expect_dropped(send(), WEFT_DROP_ip_malformed, record_a);
    }
}

TEST_CASE(
    "[5.6/extension] extension headers are walked: the packet passes unchanged, its flow by its ports") {
    World world;
    const auto authentication = from_hex("3c 04 0000 00000001 00000002 000102030405060708090a0b");
    const auto all = extension(43) + extension(44, from_hex("0400 0000 0000")) + fragment_header(51, 0, 7) +
                     authentication + extension(60) + extension(17) + datagram;
    const auto frame = extended(0, all);
    const auto ran = world.programs.send(frame, world.i1);
    REQUIRE(ran.verdict == redirect);
    CHECK(to_hex(slice(ran.packet, 14 + 20 + 8 + 32)) == to_hex(frame));
    world.expect_nothing_dropped();

    const auto port_of = [&](std::uint16_t inner) {
        const auto packet = extended(0, extension(17, Bytes(62)) + udp(inner, 2222, payload(10)));
        return read16(world.programs.send(packet, world.i1).packet, 34);
    };
    CHECK(port_of(1) == port_of(1));
    int different = 0;
    for (std::uint16_t p = 2; p < 34; p++) different += port_of(p) != port_of(1) ? 1 : 0;
    CHECK(different >= 30);
}

TEST_CASE("[5.6/extension] headers that are not looked through are dropped, each with its reason") {
    World world;
    SUBCASE("a seventh") {
        Bytes many;
        for (int i = 0; i < 6; i++) many = many + extension(60);
        const auto frame = extended(60, many + extension(17) + datagram);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ip6_extensions, record_a);
    }
    SUBCASE("six pass") {
        Bytes many;
        for (int i = 0; i < 5; i++) many = many + extension(60);
        CHECK(world.programs.send(extended(60, many + extension(17) + datagram), world.i1).verdict ==
              redirect);
        world.expect_nothing_dropped();
    }
    SUBCASE("more than two thousand bytes of them") {
        const auto frame = extended(60, extension(17, Bytes(2046)) + datagram);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ip6_extensions, record_a);
    }
    SUBCASE("hop-by-hop options behind another") {
        const auto frame = extended(60, extension(0) + extension(17) + datagram);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ip6_extensions, record_a);
    }
    SUBCASE("a fragment of a fragment") {
        const auto frame = extended(44, fragment_header(44, 1, 7) + fragment_header(17, 1, 8) + datagram);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ip6_extensions, record_a);
    }
    SUBCASE("routing of type 0") {
        const auto frame = extended(43, extension(17) + datagram);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ip6_routing, record_a);
    }
    SUBCASE("routing of another type passes") {
        const auto frame = extended(43, extension(17, from_hex("0400 0000 0000")) + datagram);
        CHECK(world.programs.send(frame, world.i1).verdict == redirect);
        world.expect_nothing_dropped();
    }
    SUBCASE("one that reaches beyond the packet") {
        const auto frame = extended(60, Bytes{17, 3} + Bytes(20));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ip_malformed, record_a);
    }
    SUBCASE("a first fragment without its whole chain (RFC 7112)") {
        const auto frame = extended(44, fragment_header(60, 1, 7));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ip_malformed, record_a);
    }
}

TEST_CASE("[5.6/fragment] fragments of one packet take one way, whatever their bytes look like") {
    World world;
    const auto port_of = [&](std::uint16_t offset_and_more, std::uint16_t inner) {
        const auto body = fragment_header(17, offset_and_more, 7) + udp(inner, 80, payload(8));
        const auto ran = world.programs.send(extended(44, body), world.i1);
        CHECK(ran.verdict == redirect);
        return read16(ran.packet, 34);
    };
    const auto first = port_of(0x0001, 1000);
    CHECK(port_of(0x0080, 2000) == first);
    CHECK(port_of(0x0081, 3000) == first);
    // What follows in a later fragment is data, even where its first header was an extension (RFC 8200, 4.5).
    const auto later = fragment_header(60, 0x0080, 7) + Bytes(4, 0xff);
    world.allow_fragments("2001:db8:12::50", 60);
    CHECK(world.programs.send(extended(44, later), world.i1).verdict == redirect);
    world.expect_nothing_dropped();
}
