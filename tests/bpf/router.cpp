// SPDX-License-Identifier: Apache-2.0
// Ping of phantom routers (RFC 792, echo).
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

Bytes echo(std::string_view destination, std::uint8_t type = 8, std::uint8_t ttl = 1,
           std::uint16_t fragment = 0) {
    const Ipv4 header{.source = ip("10.1.2.30"),
                      .destination = ip(destination),
                      .protocol = protocol_icmp,
                      .ttl = ttl,
                      .id = 77,
                      .fragment = fragment};
    return ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, icmp(type, 0, 0x00010002, payload(56))));
}

Bytes echo_reply(std::string_view source) {
    const Ipv4 header{
        .source = ip(source), .destination = ip("10.1.2.30"), .protocol = protocol_icmp, .ttl = 64, .id = 77};
    return ethernet(mac_a, mac_router, ethertype_ipv4, ipv4(header, icmp(0, 0, 0x00010002, payload(56))));
}

}  // namespace

TEST_CASE("[5.1/ping] the router of the own and of another subnet answers") {
    World world;
    for (const auto* router : {"10.1.2.1", "10.1.3.1"}) {
        const auto ran = world.programs.send(echo(router), world.i1);
        CHECK(ran.verdict == redirect);
        CHECK(to_hex(ran.packet) == to_hex(echo_reply(router)));
    }
    CHECK(world.counter(record_a).tx_packets == 2);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.1/ping] the router takes nothing else") {
    World world;
    SUBCASE("another ICMP type") {
        world.expect_dropped(world.programs.send(echo("10.1.2.1", 13), world.i1), WEFT_DROP_router_traffic,
                             record_a);
    }
    SUBCASE("fragments") {
        world.expect_dropped(world.programs.send(echo("10.1.2.1", 8, 64, 0x2000), world.i1),
                             WEFT_DROP_router_traffic, record_a);
    }
    SUBCASE("UDP") {
        world.expect_dropped(world.programs.send(from_a("10.1.2.1", mac_router, payload(8)), world.i1),
                             WEFT_DROP_router_traffic, record_a);
    }
    SUBCASE("ICMP header cut short") {
        const Ipv4 header{
            .source = ip("10.1.2.30"), .destination = ip("10.1.2.1"), .protocol = protocol_icmp};
        const auto frame =
            ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, from_hex("0800f7ff000000")));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_router_traffic, record_a);
    }
}
