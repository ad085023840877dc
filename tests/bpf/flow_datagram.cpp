// SPDX-License-Identifier: Apache-2.0
// Connection tracking of UDP, of ICMP queries and errors (requirement 4.6), and the limits of the table. Only
// egress is allowed to a, so that whatever comes in belongs to a flow.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t outward = 2;

struct Tracked : World {
    Tracked() {
        put(WEFT_MAP_NAME(WEFT_POLICY_MAP), outward, weft_policy{});
        allow_address(outward, WEFT_TX, "0.0.0.0", 0, 7);
        allow_ports(outward, WEFT_TX, 7);
        use_policy(i1, blue, "10.1.2.30", outward);
    }
    int send(std::uint8_t protocol, const Bytes& l4) {
        return programs.send(a_to_b(protocol, l4), i1).verdict;
    }
    Ran receive(std::uint8_t protocol, const Bytes& l4) { return programs.receive(b_to_a(protocol, l4)); }
    weft_flow_use use(std::uint64_t record) {
        weft_flow_use value{};
        get_raw(WEFT_MAP_NAME(WEFT_FLOW_USE_MAP), &record, &value);
        return value;
    }
    void set_quota(std::uint64_t record, std::uint32_t flows, std::uint64_t removed = 0) {
        change<weft_quota>(WEFT_MAP_NAME(WEFT_QUOTA_MAP), record, [&](weft_quota& q) {
            q.flows = flows;
            q.removed = removed;
        });
    }
};

weft_flow_key udp_key(std::uint16_t local, std::uint16_t remote) {
    weft_flow_key key{};
    key.record = record_a;
    key.local = mapped("10.1.2.30");
    key.remote = mapped("10.1.2.50");
    key.local_port = static_cast<__be16>(local << 8U | local >> 8U);
    key.remote_port = static_cast<__be16>(remote << 8U | remote >> 8U);
    key.protocol = protocol_udp;
    return key;
}

// What a router at `router` says to a about a's datagram to b.
Bytes error_to_a(std::uint8_t type, const Bytes& about, std::string_view router = "10.1.2.50") {
    const Ipv4 header{.source = ip(router), .destination = ip("10.1.2.30"), .protocol = protocol_icmp};
    return arriving(
        ethernet(mac_a, mac_b, ethertype_ipv4, ipv4(header, icmp(type, 0, 0, slice(about, 14, 28)))));
}

}  // namespace

TEST_CASE("[4.6/udp] replies pass, and live as long as both sides speak") {
    Tracked world;
    CHECK(world.send(protocol_udp, udp(1000, 53, payload(10))) == redirect);
    CHECK(world.flow(udp_key(1000, 53))->timeout == 30);
    CHECK(world.receive(protocol_udp, udp(53, 1000, payload(99))).verdict == redirect);
    CHECK(world.flow(udp_key(1000, 53))->timeout == 180);
    CHECK(world.flow(udp_key(1000, 53))->state == WEFT_FLOW_ESTABLISHED);
    world.expect_nothing_dropped();
    SUBCASE("another port is another flow") {
        world.expect_dropped(world.receive(protocol_udp, udp(53, 1001, payload(9))), WEFT_DROP_ingress_group);
    }
    SUBCASE("after its time it is void") {
        world.change<weft_flow>(WEFT_MAP_NAME(WEFT_FLOW_MAP), udp_key(1000, 53),
                                [](weft_flow& f) { f.expires = 1; });
        world.expect_dropped(world.receive(protocol_udp, udp(53, 1000, payload(9))), WEFT_DROP_ingress_group);
        CHECK(world.send(protocol_udp, udp(1000, 53, payload(10))) == redirect);
        CHECK(world.use(record_a).added == 1);
    }
}

TEST_CASE("[4.6/icmp-query] a reply passes by its identifier") {
    Tracked world;
    CHECK(world.send(protocol_icmp, icmp(8, 0, 0x00070001, payload(8))) == redirect);
    CHECK(world.receive(protocol_icmp, icmp(0, 0, 0x00070001, payload(8))).verdict == redirect);
    world.expect_nothing_dropped();
    world.expect_dropped(world.receive(protocol_icmp, icmp(0, 0, 0x00080001, payload(8))),
                         WEFT_DROP_ingress_group);
}

TEST_CASE("[4.6/icmp-error] an error about a flow passes, from its end and from a router in between") {
    Tracked world;
    const auto datagram = a_to_b(protocol_udp, udp(1000, 53, payload(10)));
    REQUIRE(world.programs.send(datagram, world.i1).verdict == redirect);
    world.allow_source(peer_host, blue, "10.1.9.1");
    for (const std::uint8_t type : Bytes{3, 4, 5, 11, 12})
        for (const auto* router : {"10.1.2.50", "10.1.9.1"}) {
            CAPTURE(int{type});
            CAPTURE(router);
            CHECK(world.programs.receive(error_to_a(type, datagram, router)).verdict == redirect);
        }
    world.expect_nothing_dropped();
    CHECK(world.flows() == 1);
    CHECK(world.flow(udp_key(1000, 53))->state == WEFT_FLOW_NEW);
    SUBCASE("about what was not sent") {
        const auto other = a_to_b(protocol_udp, udp(1001, 53, payload(10)));
        world.expect_dropped(world.programs.receive(error_to_a(3, other)), WEFT_DROP_icmp_unrelated);
    }
    SUBCASE("about what somebody else sent") {
        world.expect_dropped(world.programs.receive(error_to_a(3, inner_b_to_a(10))),
                             WEFT_DROP_icmp_unrelated);
    }
    SUBCASE("with a quote that is too short") {
        const Ipv4 header{
            .source = ip("10.1.2.50"), .destination = ip("10.1.2.30"), .protocol = protocol_icmp};
        const auto cut = icmp(3, 0, 0, slice(datagram, 14, 23));
        const auto frame = arriving(ethernet(mac_a, mac_b, ethertype_ipv4, ipv4(header, cut)));
        world.expect_dropped(world.programs.receive(frame), WEFT_DROP_icmp_unrelated);
    }
}

TEST_CASE("[4.6/icmp-error] an instance may say errors about what it received, and about nothing else") {
    Tracked world;
    world.use_policy(world.i1, blue, "10.1.2.30", open_policy);
    const auto about = icmp(3, 3, 0, slice(inner_b_to_a(10), 14, 28));
    CHECK(world.send(protocol_icmp, about) == shot);
    CHECK(world.drops(record_a, WEFT_DROP_icmp_unrelated, WEFT_TX) == 1);
    CHECK(world.programs.receive(arriving(inner_b_to_a(10))).verdict == redirect);
    CHECK(world.send(protocol_icmp, about) == redirect);
}

TEST_CASE("[4.6/limit] at its quota a record starts no new flow; its old ones and other records' go on") {
    Tracked world;
    world.set_quota(record_a, 3);
    for (std::uint16_t port = 1000; port < 1003; port++)
        CHECK(world.send(protocol_udp, udp(port, 53, payload(1))) == redirect);
    world.expect_dropped(world.programs.send(a_to_b(protocol_udp, udp(1003, 53, payload(1))), world.i1),
                         WEFT_DROP_flow_quota);
    CHECK(world.use(record_a).added == 3);
    CHECK(world.use(record_a).refused == 1);
    CHECK(world.send(protocol_udp, udp(1000, 53, payload(1))) == redirect);
    CHECK(world.receive(protocol_udp, udp(53, 1002, payload(1))).verdict == redirect);
    const Ipv4 from_d{.source = ip("10.1.2.31"), .destination = ip("10.1.2.50")};
    const auto other = ethernet(mac_b, mac_d, ethertype_ipv4, ipv4(from_d, udp(9, 53, payload(1))));
    CHECK(world.programs.send(other, world.i2).verdict == redirect);
    SUBCASE("more removed than added is room for all") {
        world.set_quota(record_a, 3, 10);
        CHECK(world.send(protocol_udp, udp(1003, 53, payload(1))) == redirect);
    }
    SUBCASE("what user space removed makes room") {
        world.set_quota(record_a, 3, 1);
        CHECK(world.send(protocol_udp, udp(1003, 53, payload(1))) == redirect);
    }
}

TEST_CASE("[4.6/limit] a flood against one record costs no other record a flow") {
    Tracked world;
    world.set_quota(record_a, 100);
    const Ipv4 from_d{.source = ip("10.1.2.31"), .destination = ip("10.1.2.50")};
    const auto of_d = [&](std::uint16_t port) {
        return ethernet(mac_b, mac_d, ethertype_ipv4, ipv4(from_d, udp(port, 53, payload(1))));
    };
    for (std::uint16_t port = 1; port <= 50; port++)
        CHECK(world.programs.send(of_d(port), world.i2).verdict == redirect);
    for (std::uint16_t port = 1000; port < 3000; port++)
        (void)world.send(protocol_udp, udp(port, 53, payload(1)));
    CHECK(world.use(record_a).added == 100);
    CHECK(world.use(record_a).refused == 1900);
    for (std::uint16_t port = 1; port <= 100; port++)
        CHECK(world.programs.send(of_d(port), world.i2).verdict == redirect);
    CHECK(world.use(record_d).refused == 0);
    CHECK(world.flows() == 200);
}

TEST_CASE("[4.6/limit] without a quota, and with a full table, a new flow is refused with its own reason") {
    Tracked world;
    SUBCASE("no quota") {
        world.erase(WEFT_MAP_NAME(WEFT_QUOTA_MAP), record_a);
        world.expect_dropped(world.programs.send(a_to_b(protocol_udp, udp(1, 53, payload(1))), world.i1),
                             WEFT_DROP_no_quota, record_a);
    }
    SUBCASE("full") {
        world.set_quota(record_a, 100000);
        for (std::uint16_t port = 1000; port < 1600; port++)
            (void)world.send(protocol_udp, udp(port, 53, payload(1)));
        CHECK(world.drops(record_a, WEFT_DROP_flow_full, WEFT_TX) > 0);
        CHECK(world.use(record_a).added + world.drops(record_a, WEFT_DROP_flow_full, WEFT_TX) == 600);
    }
}
