// SPDX-License-Identifier: Apache-2.0
// Security groups (requirement 4.1): what a compiled policy lets out and in, and what follows when it
// changes.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t closed = 2;  // a policy without a rule
constexpr std::uint32_t web = 3;     // lets TCP 443 in from 10.1.2.0/24
constexpr std::uint32_t web_class = 30;

// Record a under a policy of its own.
struct Guarded : World {
    explicit Guarded(std::uint32_t policy, std::uint32_t flags = 0) {
        put(WEFT_MAP_NAME(WEFT_POLICY_MAP), closed, weft_policy{flags});
        put(WEFT_MAP_NAME(WEFT_POLICY_MAP), web, weft_policy{flags});
        allow_address(web, WEFT_RX, "10.1.2.0", 24, web_class);
        allow_ports(web, WEFT_RX, web_class, protocol_tcp, 443, 16);
        use(policy);
    }
    void use(std::uint32_t policy) { use_policy(i1, blue, "10.1.2.30", policy); }
    int send(const Bytes& frame) { return programs.send(frame, i1).verdict; }
    int receive(const Bytes& frame) { return programs.receive(frame).verdict; }
};

Bytes syn_to_a(std::uint16_t port) {
    return b_to_a(protocol_tcp, tcp({.source = 5000, .destination = port, .sequence = 1, .flags = tcp_syn}));
}
Bytes syn_ack_to_b(std::uint16_t port) {
    return a_to_b(
        protocol_tcp,
        tcp({.source = port, .destination = 5000, .sequence = 9, .ack = 2, .flags = tcp_syn | tcp_ack}));
}
Bytes ack_to_a(std::uint16_t port) {
    return b_to_a(protocol_tcp, tcp({.source = 5000, .destination = port, .sequence = 2, .ack = 10}));
}

}  // namespace

TEST_CASE("[4.1/deny] without a rule nothing leaves and nothing comes in, each counted on the record") {
    Guarded world(closed);
    SUBCASE("egress") {
        const auto frame = a_to_b(protocol_udp, udp(1, 53, payload(8)));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_egress_group, record_a);
    }
    SUBCASE("ingress") {
        world.expect_dropped(world.programs.receive(syn_to_a(443)), WEFT_DROP_ingress_group, record_a,
                             WEFT_RX);
    }
    CHECK(world.flows() == 0);
}

TEST_CASE("[4.1/ingress] a rule lets its protocol, ports and addresses in, and their replies out") {
    Guarded world(web);
    CHECK(world.receive(syn_to_a(443)) == redirect);
    CHECK(world.send(syn_ack_to_b(443)) == redirect);
    world.expect_nothing_dropped();
    SUBCASE("another port") {
        world.expect_dropped(world.programs.receive(syn_to_a(444)), WEFT_DROP_ingress_group);
    }
    SUBCASE("another protocol") {
        const auto frame = b_to_a(protocol_udp, udp(5000, 443, payload(8)));
        world.expect_dropped(world.programs.receive(frame), WEFT_DROP_ingress_group);
    }
    SUBCASE("no reply: the record opens nothing itself") {
        const auto frame = a_to_b(protocol_tcp, tcp({.source = 6000, .destination = 443, .flags = tcp_syn}));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_egress_group);
    }
}

TEST_CASE("[4.1/remote] another remote address does not match") {
    Guarded world(web);
    world.allow_source(peer_host, blue, "10.1.3.7");
    const Ipv4 header{.source = ip("10.1.3.7"), .destination = ip("10.1.2.30"), .protocol = protocol_tcp};
    const auto inner = ethernet(mac_a, mac_router, ethertype_ipv4,
                                ipv4(header, tcp({.source = 5000, .destination = 443, .flags = tcp_syn})));
    world.expect_dropped(world.programs.receive(arriving(inner)), WEFT_DROP_ingress_group);
}

TEST_CASE("[4.1/group] a rule for a remote group matches by the sender's tag, whatever its address") {
    Guarded world(closed);
    constexpr std::uint32_t tag_class = 31;
    world.allow_tag(closed, WEFT_RX, tag_b, tag_class);
    world.allow_ports(closed, WEFT_RX, tag_class, protocol_udp, 53, 16);
    const auto query = udp(1000, 53, payload(8));
    CHECK(world.receive(b_to_a(protocol_udp, query)) == redirect);
    world.expect_nothing_dropped();
    SUBCASE("a member's other port") {
        const auto frame = b_to_a(protocol_udp, udp(1000, 54, payload(8)));
        world.expect_dropped(world.programs.receive(frame), WEFT_DROP_ingress_group);
    }
    SUBCASE("not a member") {
        const auto frame = b_to_a(protocol_udp, udp(1001, 53, payload(8)), 0x4000, 0, tag_b + 1);
        world.expect_dropped(world.programs.receive(frame), WEFT_DROP_ingress_group);
    }
    SUBCASE("a member that left the group: its flow is cut") {
        const auto frame = b_to_a(protocol_udp, query, 0x4000, 0, tag_b + 1);
        world.expect_dropped(world.programs.receive(frame), WEFT_DROP_flow_cut);
        CHECK(world.send(a_to_b(protocol_udp, udp(53, 1000, payload(8)))) == shot);
    }
}

TEST_CASE("[4.1/group] towards a remote group the tag comes from the mapping, or from the record next door") {
    Guarded world(closed);
    constexpr std::uint32_t tag_class = 31;
    constexpr std::uint32_t tag_d = 77;
    world.allow_ports(closed, WEFT_TX, tag_class, protocol_udp, 53, 16);
    const Ipv4 to_d{.source = ip("10.1.2.30"), .destination = ip("10.1.2.31")};
    const auto next_door = ethernet(mac_d, mac_a, ethertype_ipv4, ipv4(to_d, udp(1, 53, payload(8))));
    world.change_local(blue, "10.1.2.31", [](weft_local& local) { local.tag = tag_d; });
    CHECK(world.send(a_to_b(protocol_udp, udp(1, 53, payload(8)))) == shot);
    CHECK(world.send(next_door) == shot);
    world.allow_tag(closed, WEFT_TX, tag_b, tag_class);
    world.allow_tag(closed, WEFT_TX, tag_d, tag_class);
    CHECK(world.send(a_to_b(protocol_udp, udp(1, 53, payload(8)))) == redirect);
    CHECK(world.send(next_door) == redirect);
    CHECK(world.drops(record_a, WEFT_DROP_egress_group, WEFT_TX) == 2);
}

TEST_CASE("[4.1/group] a flow that only sends is cut when its remote end leaves the group, and revived") {
    Guarded world(closed);
    constexpr std::uint32_t tag_class = 31;
    world.allow_ports(closed, WEFT_TX, tag_class, protocol_udp, 53, 16);
    world.allow_tag(closed, WEFT_TX, tag_b, tag_class);
    const auto send = [&] { return world.send(a_to_b(protocol_udp, udp(1, 53, payload(8)))); };
    const auto become = [&](std::uint32_t tag) {
        world.change<weft_mapping>(WEFT_MAP_NAME(WEFT_MAPPING_MAP), overlay(blue, "10.1.2.50"),
                                   [&](weft_mapping& mapping) { mapping.tag = tag; });
    };
    CHECK(send() == redirect);
    CHECK(send() == redirect);
    become(tag_b + 1);
    CHECK(send() == shot);
    CHECK(send() == shot);
    CHECK(world.drops(record_a, WEFT_DROP_flow_cut, WEFT_TX) == 2);
    become(tag_b);
    CHECK(send() == redirect);
    CHECK(world.flows() == 1);
    SUBCASE("another group that its rules allow changes nothing") {
        world.allow_tag(closed, WEFT_TX, tag_b + 1, tag_class);
        become(tag_b + 1);
        CHECK(send() == redirect);
        CHECK(send() == redirect);
    }
    CHECK(world.drops(WEFT_DROP_flow_cut) == 2);
}

TEST_CASE("[4.1/group] so is one to a record next door") {
    Guarded world(closed);
    constexpr std::uint32_t tag_class = 31;
    constexpr std::uint32_t tag_d = 77;
    const auto become = [&](std::uint32_t tag) {
        world.change_local(blue, "10.1.2.31", [&](weft_local& local) { local.tag = tag; });
    };
    world.allow_ports(closed, WEFT_TX, tag_class, protocol_udp, 53, 16);
    world.allow_tag(closed, WEFT_TX, tag_d, tag_class);
    become(tag_d);
    const Ipv4 to_d{.source = ip("10.1.2.30"), .destination = ip("10.1.2.31")};
    const auto frame = ethernet(mac_d, mac_a, ethertype_ipv4, ipv4(to_d, udp(1, 53, payload(8))));
    CHECK(world.send(frame) == redirect);
    become(0);
    CHECK(world.send(frame) == shot);
    CHECK(world.drops(record_a, WEFT_DROP_flow_cut, WEFT_TX) == 1);
    CHECK(world.counter(record_d).rx_packets == 1);
}

TEST_CASE("[4.1/icmp] ICMP is allowed by type and code") {
    Guarded world(closed);
    world.allow_address(closed, WEFT_RX, "0.0.0.0", 0, web_class);
    world.allow_ports(closed, WEFT_RX, web_class, protocol_icmp, 8U << 8U, 16);
    CHECK(world.receive(b_to_a(protocol_icmp, icmp(8, 0, 0x00070001, payload(8)))) == redirect);
    CHECK(world.send(a_to_b(protocol_icmp, icmp(0, 0, 0x00070001, payload(8)))) == redirect);
    world.expect_nothing_dropped();
    SUBCASE("another type") {
        const auto frame = b_to_a(protocol_icmp, icmp(13, 0, 0x00080001, payload(12)));
        world.expect_dropped(world.programs.receive(frame), WEFT_DROP_ingress_group);
    }
    SUBCASE("a reply that nobody asked for") {
        const auto frame = a_to_b(protocol_icmp, icmp(0, 0, 0x00090001, payload(8)));
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_egress_group);
    }
}

TEST_CASE("[4.1/local] between two records of one host the sender's and the receiver's groups both apply") {
    Guarded world(open_policy);
    const Ipv4 to_d{.source = ip("10.1.2.30"), .destination = ip("10.1.2.31")};
    const auto frame = ethernet(mac_d, mac_a, ethertype_ipv4, ipv4(to_d, udp(1, 53, payload(8))));
    SUBCASE("both allow: each has its own entry") {
        CHECK(world.send(frame) == redirect);
        CHECK(world.flows() == 2);
    }
    SUBCASE("the sender's refuse") {
        world.use(closed);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_egress_group, record_a);
    }
    SUBCASE("the receiver's refuse: the drop is the receiver's") {
        world.use_policy(world.i2, blue, "10.1.2.31", closed);
        world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ingress_group, record_d,
                             WEFT_RX);
    }
}

TEST_CASE("[4.1/change] a policy that no longer allows an established flow cuts it, from either side") {
    Guarded world(web);
    CHECK(world.receive(syn_to_a(443)) == redirect);
    CHECK(world.send(syn_ack_to_b(443)) == redirect);
    CHECK(world.receive(ack_to_a(443)) == redirect);
    // The new policy lets everything out: a reply must not open the flow anew from inside.
    world.allow_address(closed, WEFT_TX, "0.0.0.0", 0, web_class);
    world.allow_ports(closed, WEFT_TX, web_class);
    world.use(closed);
    const auto reply =
        a_to_b(protocol_tcp, tcp({.source = 443, .destination = 5000, .sequence = 10, .ack = 2}));
    SUBCASE("seen first from outside") { CHECK(world.receive(ack_to_a(443)) == shot); }
    SUBCASE("seen first from inside") {}
    CHECK(world.send(reply) == shot);
    CHECK(world.send(reply) == shot);
    CHECK(world.receive(ack_to_a(443)) == shot);
    CHECK(world.drops(WEFT_DROP_flow_cut) >= 3);
    SUBCASE("and a policy that allows it again revives it") {
        world.use(web);
        CHECK(world.send(reply) == redirect);
        CHECK(world.receive(ack_to_a(443)) == redirect);
    }
}

TEST_CASE("[4.1/change] a group that says keep lets established flows go on, and no new ones start") {
    Guarded world(web, WEFT_POLICY_KEEP);
    CHECK(world.receive(syn_to_a(443)) == redirect);
    world.use(closed);
    CHECK(world.send(syn_ack_to_b(443)) == redirect);
    CHECK(world.receive(ack_to_a(443)) == redirect);
    world.expect_nothing_dropped();
    const auto another =
        b_to_a(protocol_tcp, tcp({.source = 5001, .destination = 443, .sequence = 1, .flags = tcp_syn}));
    world.expect_dropped(world.programs.receive(another), WEFT_DROP_ingress_group);
}

TEST_CASE("[4.1/change] a new policy applies to new flows at once and leaves allowed ones alone") {
    Guarded world(web);
    CHECK(world.receive(syn_to_a(443)) == redirect);
    world.use(open_policy);
    CHECK(world.send(syn_ack_to_b(443)) == redirect);
    CHECK(world.receive(syn_to_a(80)) == redirect);
    world.expect_nothing_dropped();
}

TEST_CASE("[4.1/missing] a record without a policy sends and receives nothing, established or not") {
    Guarded world(open_policy);
    const auto query = a_to_b(protocol_udp, udp(1, 53, payload(8)));
    const auto reply = b_to_a(protocol_udp, udp(53, 1, payload(8)));
    CHECK(world.send(query) == redirect);
    world.use(0);
    CHECK(world.send(query) == shot);
    CHECK(world.drops(record_a, WEFT_DROP_no_policy, WEFT_TX) == 1);
    CHECK(world.receive(reply) == shot);
    CHECK(world.receive(b_to_a(protocol_icmp, icmp(3, 1, 0, Bytes(query.begin() + 14, query.end())))) ==
          shot);
    const Ipv4 to_a{.source = ip("10.1.2.31"), .destination = ip("10.1.2.30")};
    const auto next_door = ethernet(mac_a, mac_d, ethertype_ipv4, ipv4(to_a, udp(1, 53, payload(8))));
    CHECK(world.programs.send(next_door, world.i2).verdict == shot);
    CHECK(world.drops(record_a, WEFT_DROP_no_policy, WEFT_RX) == 3);
    world.use(open_policy);
    CHECK(world.send(query) == redirect);
    CHECK(world.receive(reply) == redirect);
}

TEST_CASE("[4.1/missing] a policy whose rules are not there lets nothing pass") {
    Guarded world(4711);
    world.expect_dropped(world.programs.receive(syn_to_a(443)), WEFT_DROP_ingress_group, record_a, WEFT_RX);
}
