// SPDX-License-Identifier: Apache-2.0
// Next hops of equal cost: which of them a flow takes (requirement 5.4).
#include <doctest/doctest.h>

#include <map>
#include <set>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

// Slots turn by turn to b (10.1.2.50) and c (10.1.3.7), for what is outside, over both families.
struct Shared : World {
    Shared() {
        weft_route_hops hops{};
        for (unsigned i = 0; i < WEFT_ROUTE_SLOTS; ++i) hops.slot[i] = i % 2;
        hops.hop[0] = mapped("10.1.2.50");
        hops.hop[1] = mapped("10.1.3.7");
        add_hops(blue_table, "0.0.0.0", 0, hops);
        hops.hop[0] = mapped("2001:db8:12::50");
        hops.hop[1] = mapped("2001:db8:13::7");
        add_hops(blue_table, "::", 0, hops);
    }
    // The inner destination MAC says which hop it went to.
    std::string hop(const Bytes& frame) {
        const auto ran = programs.send(frame, i1);
        REQUIRE(ran.verdict == redirect);
        return to_hex(slice(ran.packet, 74, 6));
    }
};

Bytes outward(std::uint8_t protocol, const Bytes& l4, std::string_view source = "10.1.2.30",
              std::string_view destination = "198.51.100.1", std::uint16_t fragment = 0x4000) {
    const Ipv4 header{.source = ip(source),
                      .destination = ip(destination),
                      .protocol = protocol,
                      .id = 77,
                      .fragment = fragment};
    return ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, l4));
}
Bytes flow_out(std::uint16_t port) { return outward(protocol_udp, udp(port, 53, payload(8))); }

}  // namespace

TEST_CASE("[5.4/equal-cost] flows are spread over the hops, each stays with its own") {
    Shared world;
    std::map<std::string, int> share;
    for (std::uint16_t port = 1000; port < 1060; ++port) {
        const auto first = world.hop(flow_out(port));
        CHECK(world.hop(flow_out(port)) == first);
        ++share[first];
    }
    REQUIRE(share.size() == 2);
    CHECK(share.contains(to_hex(Bytes(mac_b.begin(), mac_b.end()))));
    for (const auto& [hop, flows] : share) CHECK(flows > 10);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.4/equal-cost] [5.6/equal-cost] so over IPv6") {
    Shared world;
    std::set<std::string> hops;
    for (unsigned host = 1; host < 20; ++host)
        hops.insert(world.hop(from_a6("2001:db8:99::" + std::to_string(host), mac_router, payload(8))));
    CHECK(hops.size() == 2);
    world.expect_nothing_dropped();
}

TEST_CASE("[5.4/symmetric] both directions of a flow take the same hop") {
    Shared world;
    // Record a forwards for both ends: what it sends may carry either's address.
    world.change_port(world.i1,
                      [](weft_port& p) { p.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); });
    std::set<std::string> hops;
    for (std::uint16_t port = 2000; port < 2030; ++port) {
        const auto there = world.hop(outward(protocol_udp, udp(port, 53, payload(8)), "203.0.113.9"));
        const auto back =
            world.hop(outward(protocol_udp, udp(53, port, payload(8)), "198.51.100.1", "203.0.113.9"));
        CHECK(there == back);
        hops.insert(there);
    }
    CHECK(hops.size() == 2);
}

TEST_CASE("[5.4/fragments] all fragments of a packet follow its flow") {
    Shared world;
    for (std::uint16_t port = 3000; port < 3012; ++port) {
        const auto whole = world.hop(flow_out(port));
        CHECK(world.hop(outward(protocol_udp, udp(port, 53, payload(16)), "10.1.2.30", "198.51.100.1",
                                0x2000)) == whole);
        CHECK(world.hop(outward(protocol_udp, payload(16), "10.1.2.30", "198.51.100.1", 3)) == whole);
    }
}

TEST_CASE("[5.4/related] an ICMP error follows the flow that it is about") {
    Shared world;
    for (std::uint16_t port = 4000; port < 4012; ++port) {
        const auto flow = world.hop(flow_out(port));
        // The instance answers a packet of that flow with port unreachable.
        const Ipv4 quoted{.source = ip("198.51.100.1"), .destination = ip("10.1.2.30"), .fragment = 0x4000};
        const auto error = icmp(3, 3, 0, ipv4(quoted, udp(53, port, payload(8))));
        CHECK(world.hop(outward(protocol_icmp, error)) == flow);
    }
}

TEST_CASE("[5.4/equal-cost] hops that are not installed: a reason of its own") {
    World world;
    world.add_route(blue_table, "0.0.0.0", 0, WEFT_ROUTE_RECORDS, "0.0.0.0");
    world.expect_dropped(world.programs.send(flow_out(1), world.i1), WEFT_DROP_route_hops, record_a);
}
