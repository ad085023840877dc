// SPDX-License-Identifier: Apache-2.0
// A subnet's ACL (requirement 4.2): without memory, for what crosses the subnet's border only, both ways.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t acl = 2;
constexpr std::uint32_t acl_class = 20;

struct Bordered : World {
    Bordered() {
        allow_source(peer_host, blue, "10.1.3.7");
        for (const auto direction : {WEFT_TX, WEFT_RX})
            allow_address(acl, direction, "0.0.0.0", 0, acl_class);
        change_port(i1, [](weft_port& p) { p.acl = acl; });
        change_local(blue, "10.1.2.30", [](weft_local& l) { l.acl = acl; });
    }
    Ran send(std::uint16_t from, std::uint16_t to, std::string_view destination = "10.1.3.7") {
        const Ipv4 header{.source = ip("10.1.2.30"), .destination = ip(destination)};
        const auto& next = destination == "10.1.3.7" ? mac_router : mac_b;
        return programs.send(ethernet(next, mac_a, ethertype_ipv4, ipv4(header, udp(from, to, payload(8)))),
                             i1);
    }
    Ran receive(std::uint16_t from, std::uint16_t to, std::string_view source = "10.1.3.7") {
        const Ipv4 header{.source = ip(source), .destination = ip("10.1.2.30")};
        return programs.receive(
            arriving(ethernet(mac_a, mac_router, ethertype_ipv4, ipv4(header, udp(from, to, payload(8))))));
    }
};

}  // namespace

TEST_CASE("[4.2/deny] what no rule of the ACL allows is dropped, each way with its reason") {
    Bordered world;
    SUBCASE("out") { world.expect_dropped(world.send(1, 53), WEFT_DROP_egress_acl, record_a); }
    SUBCASE("in") { world.expect_dropped(world.receive(1, 53), WEFT_DROP_ingress_acl, record_a, WEFT_RX); }
    CHECK(world.flows() == 0);
}

TEST_CASE("[4.2/stateless] a reply needs a rule of its own") {
    Bordered world;
    world.allow_ports(acl, WEFT_TX, acl_class, protocol_udp, 53, 16);
    CHECK(world.send(1024, 53).verdict == redirect);
    world.expect_dropped(world.receive(53, 1024), WEFT_DROP_ingress_acl);
    world.allow_ports(acl, WEFT_RX, acl_class, protocol_udp, 1024, 6);
    CHECK(world.receive(53, 1024).verdict == redirect);
    CHECK(world.receive(53, 1024).verdict == redirect);
}

TEST_CASE("[4.2/deny] a deny rule for some ports stands beside an allow rule for all") {
    Bordered world;
    world.allow_ports(acl, WEFT_TX, acl_class);
    world.allow_ports(acl, WEFT_TX, acl_class, protocol_udp, 25, 16, WEFT_RULE_DENY);
    CHECK(world.send(1, 26).verdict == redirect);
    world.expect_dropped(world.send(1, 25), WEFT_DROP_egress_acl);
}

TEST_CASE("[4.2/border] inside the subnet the ACL does not apply") {
    Bordered world;
    CHECK(world.send(1, 2, "10.1.2.50").verdict == redirect);
    CHECK(world.receive(3, 4, "10.1.2.50").verdict == redirect);
    world.expect_nothing_dropped();
}

TEST_CASE("[4.2/change] another ACL applies to established flows at once") {
    Bordered world;
    world.allow_ports(acl, WEFT_TX, acl_class);
    CHECK(world.send(1, 53).verdict == redirect);
    CHECK(world.send(1, 53).verdict == redirect);
    world.change_port(world.i1, [](weft_port& p) { p.acl = acl + 1; });
    world.expect_dropped(world.send(1, 53), WEFT_DROP_egress_acl);
}

TEST_CASE("[4.2/groups] the record's groups and the subnet's ACL must both allow") {
    Bordered world;
    world.allow_ports(acl, WEFT_TX, acl_class);
    world.use_policy(world.i1, blue, "10.1.2.30", 4711);
    world.expect_dropped(world.send(1, 53), WEFT_DROP_egress_group);
}

TEST_CASE("[4.2/icmp] an ICMP error is asked about as what it is, not as the flow that it is about") {
    Bordered world;
    world.allow_ports(acl, WEFT_TX, acl_class, protocol_udp, 53, 16);
    world.allow_ports(acl, WEFT_RX, acl_class, protocol_udp);
    const Ipv4 out{.source = ip("10.1.2.30"), .destination = ip("10.1.3.7")};
    const auto query = ipv4(out, udp(1024, 53, payload(8)));
    CHECK(world.send(1024, 53).verdict == redirect);
    const auto error = [&](std::string_view source) {
        const Ipv4 header{.source = ip(source), .destination = ip("10.1.2.30"), .protocol = protocol_icmp};
        return world.programs.receive(
            arriving(ethernet(mac_a, mac_router, ethertype_ipv4, ipv4(header, icmp(3, 1, 0, query)))));
    };
    SUBCASE("refused, and counted as the ACL's") {
        world.expect_dropped(error("10.1.3.7"), WEFT_DROP_ingress_acl, record_a, WEFT_RX);
    }
    SUBCASE("a rule for its type lets it in") {
        world.allow_ports(acl, WEFT_RX, acl_class, protocol_icmp, 3U << 8U, 8);
        CHECK(error("10.1.3.7").verdict == redirect);
    }
    SUBCASE("a rule for another type does not") {
        world.allow_ports(acl, WEFT_RX, acl_class, protocol_icmp, 11U << 8U, 8);
        CHECK(error("10.1.3.7").verdict == shot);
    }
    SUBCASE("from inside the subnet it is not asked") { CHECK(error("10.1.2.50").verdict == redirect); }
    SUBCASE("sent by the record") {
        CHECK(world.receive(53, 1024).verdict == redirect);
        const Ipv4 reply{.source = ip("10.1.3.7"), .destination = ip("10.1.2.30")};
        const Ipv4 header{
            .source = ip("10.1.2.30"), .destination = ip("10.1.3.7"), .protocol = protocol_icmp};
        const auto frame = ethernet(mac_router, mac_a, ethertype_ipv4,
                                    ipv4(header, icmp(3, 3, 0, ipv4(reply, udp(53, 1024, payload(8))))));
        CHECK(world.programs.send(frame, world.i1).verdict == shot);
        CHECK(world.drops(record_a, WEFT_DROP_egress_acl, WEFT_TX) == 1);
        world.allow_ports(acl, WEFT_TX, acl_class, protocol_icmp, 3U << 8U | 3U, 16);
        CHECK(world.programs.send(frame, world.i1).verdict == redirect);
    }
}

TEST_CASE("[4.2/fragments] before its first one a fragment passes only if the same ACL let others through") {
    Bordered world;
    world.allow_ports(acl, WEFT_TX, acl_class);
    const auto fragment = [&](std::uint16_t flags, std::uint16_t id, const Bytes& l4) {
        const Ipv4 header{
            .source = ip("10.1.2.30"), .destination = ip("10.1.3.7"), .id = id, .fragment = flags};
        return world.programs.send(ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, l4)), world.i1)
            .verdict;
    };
    const auto first = udp(1, 2, payload(1000));
    CHECK(fragment(0x2000, 7, first) == redirect);
    CHECK(fragment(126, 8, payload(64)) == redirect);
    world.change_port(world.i1, [](weft_port& p) { p.acl = acl + 1; });
    CHECK(fragment(126, 9, payload(64)) == shot);
    CHECK(world.drops(record_a, WEFT_DROP_fragment_unknown, WEFT_TX) == 1);
    CHECK(fragment(0x2000, 9, first) == shot);
    CHECK(world.drops(record_a, WEFT_DROP_egress_acl, WEFT_TX) == 1);
    world.allow_address(acl + 1, WEFT_TX, "0.0.0.0", 0, acl_class);
    world.allow_ports(acl + 1, WEFT_TX, acl_class);
    CHECK(fragment(0x2000, 9, first) == redirect);
    CHECK(fragment(126, 10, payload(64)) == redirect);
}
