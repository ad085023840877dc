// SPDX-License-Identifier: Apache-2.0
// Ping of phantom routers over IPv6 (RFC 4443, 4.1 and 4.2).
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

Bytes echo(std::string_view destination, std::uint8_t type = 128, const Bytes& before = {},
           std::uint8_t next = protocol_icmp6) {
    const Ipv6 pseudo{.source = ip6("2001:db8:12::30"), .destination = ip6(destination)};
    const Ipv6 header{.source = pseudo.source,
                      .destination = pseudo.destination,
                      .next = next,
                      .hops = 1,
                      .traffic_class = 0x42,
                      .flow = 0x12345};
    return ethernet(mac_router, mac_a, ethertype_ipv6,
                    ipv6(header, before + icmp6(pseudo, type, 0, 0x00010002, payload(56))));
}

Bytes echo_reply(std::string_view source) {
    const Ipv6 header{.source = ip6(source),
                      .destination = ip6("2001:db8:12::30"),
                      .next = protocol_icmp6,
                      .hops = 64,
                      .traffic_class = 0x42,
                      .flow = 0x12345};
    return ethernet(mac_a, mac_router, ethertype_ipv6,
                    ipv6(header, icmp6(header, 129, 0, 0x00010002, payload(56))));
}

}  // namespace

TEST_CASE("[5.1/ping6] the router of the own and of another subnet answers") {
    World world;
    for (const auto* router : {"2001:db8:12::1", "2001:db8:13::1"}) {
        const auto ran = world.programs.send(echo(router), world.i1);
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(echo_reply(router)));
    }
    CHECK(world.counter(record_a).tx_packets == 2);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.1/ping6] the router takes nothing else") {
    World world;
    const auto drop = [&](const Bytes& frame) {
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_router_traffic, record_a);
    };
    SUBCASE("another ICMPv6 type") { drop(echo("2001:db8:12::1", 129)); }
    SUBCASE("fragments") { drop(echo("2001:db8:12::1", 128, fragment_header(58, 1, 7), 44)); }
    SUBCASE("behind an extension header") { drop(echo("2001:db8:12::1", 128, extension(58), 60)); }
    SUBCASE("UDP") { drop(from_a6("2001:db8:12::1", mac_router, payload(8))); }
    SUBCASE("ICMPv6 header cut short") {
        const Ipv6 header{
            .source = ip6("2001:db8:12::30"), .destination = ip6("2001:db8:12::1"), .next = protocol_icmp6};
        drop(ethernet(mac_router, mac_a, ethertype_ipv6, ipv6(header, from_hex("80000000000000"))));
    }
}
