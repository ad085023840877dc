// SPDX-License-Identifier: Apache-2.0
// An attachment's own rules (requirement 3.3): they only narrow what the record's groups allow, statefully.
#include <doctest/doctest.h>

#include "tests/harness/bpf/matrix.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t closed = 2;  // a policy without a rule
constexpr std::uint32_t web = 3;     // lets TCP 443 in from 10.1.2.0/24 and 2001:db8:12::/64
constexpr std::uint32_t web_class = 30;

// Record a, whose groups allow everything, under an attachment's rules.
struct Narrowed : World {
    explicit Narrowed(std::uint32_t policy) {
        put(WEFT_MAP_NAME(WEFT_POLICY_MAP), closed, weft_policy{});
        put(WEFT_MAP_NAME(WEFT_POLICY_MAP), web, weft_policy{});
        allow_address(web, WEFT_RX, "10.1.2.0", 24, web_class);
        allow_address(web, WEFT_RX, "2001:db8:12::", 64, web_class);
        allow_ports(web, WEFT_RX, web_class, protocol_tcp, 443, 16);
        narrow(policy);
    }
    void narrow(std::uint32_t policy) {
        change_port(i1, [&](weft_port& port) { port.narrow = policy; });
        for (const char* address : {"10.1.2.30", "2001:db8:12::30"})
            change_local(blue, address, [&](weft_local& local) { local.narrow = policy; });
    }
    int send(const Bytes& frame) { return programs.send(frame, i1).verdict; }
    int receive(const Bytes& frame) { return programs.receive(frame).verdict; }
};

Bytes syn_to_a(std::uint16_t port, std::uint16_t from = 5000) {
    return b_to_a(protocol_tcp, tcp({.source = from, .destination = port, .sequence = 1, .flags = tcp_syn}));
}
Bytes syn_ack_to_b(std::uint16_t port) {
    return a_to_b(
        protocol_tcp,
        tcp({.source = port, .destination = 5000, .sequence = 9, .ack = 2, .flags = tcp_syn | tcp_ack}));
}
Bytes ack_to_a(std::uint16_t port) {
    return b_to_a(protocol_tcp, tcp({.source = 5000, .destination = port, .sequence = 2, .ack = 10}));
}
Bytes ack_to_b(std::uint16_t port) {
    return a_to_b(protocol_tcp, tcp({.source = port, .destination = 5000, .sequence = 10, .ack = 2}));
}
Bytes query_to_b() { return a_to_b(protocol_udp, udp(1, 53, payload(8))); }

void connect(Narrowed& world) {
    CHECK(world.receive(syn_to_a(443)) == redirect);
    CHECK(world.send(syn_ack_to_b(443)) == redirect);
    CHECK(world.receive(ack_to_a(443)) == redirect);
    world.expect_nothing_dropped();
}

}  // namespace

TEST_CASE("[3.3/narrow] what both sets allow passes, and its replies") {
    Narrowed world(web);
    connect(world);
    CHECK(world.flows() == 1);
}

TEST_CASE("[3.3/narrow] what the groups refuse stays refused, for their reason") {
    Narrowed world(web);
    world.use_policy(world.i1, blue, "10.1.2.30", closed);
    world.expect_dropped(world.programs.receive(syn_to_a(443)), WEFT_DROP_ingress_group, record_a, WEFT_RX);
    CHECK(world.flows() == 0);
}

TEST_CASE("[3.3/narrow] what the attachment's rules refuse is dropped, counted on the record") {
    Narrowed world(web);
    SUBCASE("another port in") {
        world.expect_dropped(world.programs.receive(syn_to_a(444)), WEFT_DROP_ingress_attachment, record_a,
                             WEFT_RX);
    }
    SUBCASE("anything out") {
        world.expect_dropped(world.programs.send(query_to_b(), world.i1), WEFT_DROP_egress_attachment,
                             record_a);
    }
    SUBCASE("an ICMP echo in") {
        const auto echo = b_to_a(protocol_icmp, icmp(8, 0, 0x00070001, payload(8)));
        world.expect_dropped(world.programs.receive(echo), WEFT_DROP_ingress_attachment, record_a, WEFT_RX);
    }
    CHECK(world.flows() == 0);
}

TEST_CASE("[3.3/narrow] over IPv6 alike") {
    Narrowed world(web);
    const auto udp6 = frame(V6{});
    world.expect_dropped(world.programs.send(udp6, world.i1), WEFT_DROP_egress_attachment, record_a);
    world.narrow(0);
    CHECK(world.send(udp6) == redirect);
}

TEST_CASE("[3.3/narrow] between records of one host the receiver's attachment decides too") {
    World world;
    world.put(WEFT_MAP_NAME(WEFT_POLICY_MAP), closed, weft_policy{});
    world.change_local(blue, "10.1.2.31", [](weft_local& local) { local.narrow = closed; });
    const Ipv4 to_d{.source = ip("10.1.2.30"), .destination = ip("10.1.2.31")};
    const auto frame = ethernet(mac_d, mac_a, ethertype_ipv4, ipv4(to_d, udp(1, 53, payload(8))));
    world.expect_dropped(world.programs.send(frame, world.i1), WEFT_DROP_ingress_attachment, record_d,
                         WEFT_RX);
}

TEST_CASE("[3.3/narrow] rules set later cut established flows, though the group says keep, and revive them") {
    Narrowed world(0);
    world.put(WEFT_MAP_NAME(WEFT_POLICY_MAP), open_policy, weft_policy{WEFT_POLICY_KEEP});
    connect(world);
    world.narrow(closed);
    SUBCASE("seen first from outside") { CHECK(world.receive(ack_to_a(443)) == shot); }
    SUBCASE("seen first from inside") {}
    CHECK(world.send(ack_to_b(443)) == shot);
    CHECK(world.send(ack_to_b(443)) == shot);
    CHECK(world.receive(ack_to_a(443)) == shot);
    CHECK(world.drops(WEFT_DROP_flow_cut) >= 3);
    world.narrow(web);
    CHECK(world.send(ack_to_b(443)) == redirect);
    CHECK(world.receive(ack_to_a(443)) == redirect);
}

TEST_CASE("[3.3/narrow] rules that allow an established flow leave it alone; lifted, all passes again") {
    Narrowed world(0);
    connect(world);
    world.narrow(web);
    CHECK(world.send(ack_to_b(443)) == redirect);
    CHECK(world.receive(ack_to_a(443)) == redirect);
    CHECK(world.send(query_to_b()) == shot);
    world.narrow(0);
    CHECK(world.send(query_to_b()) == redirect);
}
