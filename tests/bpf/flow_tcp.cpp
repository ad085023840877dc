// SPDX-License-Identifier: Apache-2.0
// Connection tracking of TCP (requirement 4.6; RFC 9293, resets as in RFC 5961). a opens connections to b;
// only egress is allowed, so that whatever comes in belongs to a flow.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t outward = 2;
constexpr std::uint16_t client = 5000;
constexpr std::uint16_t server = 80;

weft_flow_key key_of_a() {
    weft_flow_key key{};
    key.record = record_a;
    key.local = mapped("10.1.2.30");
    key.remote = mapped("10.1.2.50");
    key.local_port = static_cast<__be16>(client << 8U | client >> 8U);
    key.remote_port = static_cast<__be16>(server << 8U | server >> 8U);
    key.protocol = protocol_tcp;
    return key;
}

struct Tracked : World {
    Tracked() {
        put(WEFT_MAP_NAME(WEFT_POLICY_MAP), outward, weft_policy{});
        allow_address(outward, WEFT_TX, "0.0.0.0", 0, 7);
        allow_ports(outward, WEFT_TX, 7);
        use_policy(i1, blue, "10.1.2.30", outward);
    }
    int send(Segment s, std::size_t size = 0) {
        s.source = client;
        s.destination = server;
        return programs.send(a_to_b(protocol_tcp, tcp(s, payload(size))), i1).verdict;
    }
    int receive(Segment s, std::size_t size = 0) {
        s.source = server;
        s.destination = client;
        return programs.receive(b_to_a(protocol_tcp, tcp(s, payload(size)))).verdict;
    }
    // Three steps; a's next byte is 101, b's 901.
    void connect() {
        REQUIRE(send({.sequence = 100, .flags = tcp_syn}) == redirect);
        REQUIRE(receive({.sequence = 900, .ack = 101, .flags = tcp_syn | tcp_ack}) == redirect);
        REQUIRE(send({.sequence = 101, .ack = 901}) == redirect);
        REQUIRE(state() == WEFT_FLOW_ESTABLISHED);
    }
    int state() { return flow(key_of_a()).value_or(weft_flow{}).state; }
    std::uint32_t timeout() { return flow(key_of_a()).value_or(weft_flow{}).timeout; }
    void expire() {
        change<weft_flow>(WEFT_MAP_NAME(WEFT_FLOW_MAP), key_of_a(), [](weft_flow& f) { f.expires = 1; });
    }
};

}  // namespace

TEST_CASE("[4.6/resize] a flow of the former table goes on in the present one; without it nothing does") {
    Tracked w;
    w.connect();
    const auto open = w.flow(key_of_a());
    const auto key = key_of_a();
    w.erase_raw(WEFT_MAP_NAME(WEFT_FLOW_MAP), &key);
    CHECK(w.receive({.sequence = 901, .ack = 101}, 10) == shot);
    CHECK(w.drops(WEFT_DROP_ingress_group) == 1);
    w.put(WEFT_MAP_NAME(WEFT_FLOW_FORMER_MAP), key, *open);
    CHECK(w.receive({.sequence = 901, .ack = 101}, 10) == redirect);
    REQUIRE(w.flow(key));
    CHECK(w.flow(key)->side[1].packets == open->side[1].packets + 1);
}

TEST_CASE("[4.6/tcp] a connection opens, carries data both ways, closes by halves") {
    Tracked world;
    CHECK(world.send({.sequence = 100, .flags = tcp_syn}) == redirect);
    CHECK(world.state() == WEFT_FLOW_NEW);
    CHECK(world.timeout() == 60);
    CHECK(world.receive({.sequence = 900, .ack = 101, .flags = tcp_syn | tcp_ack}) == redirect);
    CHECK(world.state() == WEFT_FLOW_NEW);
    CHECK(world.send({.sequence = 101, .ack = 901}) == redirect);
    CHECK(world.state() == WEFT_FLOW_ESTABLISHED);
    CHECK(world.timeout() == 7440);
    CHECK(world.send({.sequence = 101, .ack = 901}, 10) == redirect);
    CHECK(world.receive({.sequence = 901, .ack = 111}, 20) == redirect);
    CHECK(world.send({.sequence = 111, .ack = 921, .flags = tcp_fin | tcp_ack}) == redirect);
    CHECK(world.state() == WEFT_FLOW_HALF_CLOSED);
    CHECK(world.timeout() == 240);
    CHECK(world.receive({.sequence = 921, .ack = 112}, 500) == redirect);
    CHECK(world.state() == WEFT_FLOW_HALF_CLOSED);
    CHECK(world.receive({.sequence = 1421, .ack = 112, .flags = tcp_fin | tcp_ack}) == redirect);
    CHECK(world.state() == WEFT_FLOW_CLOSED);
    CHECK(world.timeout() == 10);
    CHECK(world.send({.sequence = 112, .ack = 1422}) == redirect);
    world.expect_nothing_dropped();
    const auto flow = world.flow(key_of_a()).value();
    CHECK(flow.side[0].packets == 5);
    CHECK(flow.side[1].packets == 4);
    CHECK(flow.side[0].bytes == 5 * 54 + 10);
    CHECK(world.flows() == 1);
}

TEST_CASE("[4.6/tcp] both ends opening at once is a connection") {
    Tracked world;
    CHECK(world.send({.sequence = 100, .flags = tcp_syn}) == redirect);
    CHECK(world.receive({.sequence = 900, .flags = tcp_syn}) == redirect);
    CHECK(world.state() == WEFT_FLOW_SYN_BOTH);
    CHECK(world.send({.sequence = 100, .ack = 901, .flags = tcp_syn | tcp_ack}) == redirect);
    CHECK(world.receive({.sequence = 900, .ack = 101, .flags = tcp_syn | tcp_ack}) == redirect);
    CHECK(world.state() == WEFT_FLOW_ESTABLISHED);
    world.expect_nothing_dropped();
}

TEST_CASE("[4.6/tcp] what comes in without a connection is refused") {
    Tracked world;
    SUBCASE("a SYN") {
        CHECK(world.receive({.sequence = 1, .flags = tcp_syn}) == shot);
        CHECK(world.drops(record_a, WEFT_DROP_ingress_group, WEFT_RX) == 1);
    }
    SUBCASE("a SYN-ACK") {
        CHECK(world.receive({.sequence = 1, .ack = 1, .flags = tcp_syn | tcp_ack}) == shot);
        CHECK(world.drops(record_a, WEFT_DROP_tcp_start, WEFT_RX) == 1);
    }
    SUBCASE("a reset") {
        CHECK(world.receive({.sequence = 1, .flags = tcp_rst}) == shot);
        CHECK(world.drops(record_a, WEFT_DROP_tcp_start, WEFT_RX) == 1);
    }
    SUBCASE("data") {
        CHECK(world.receive({.sequence = 1, .ack = 1}, 5) == shot);
        CHECK(world.drops(record_a, WEFT_DROP_ingress_group, WEFT_RX) == 1);
    }
    CHECK(world.flows() == 0);
}

TEST_CASE("[4.6/tcp] combinations of flags that no sender makes are dropped, in a connection too") {
    Tracked world;
    world.connect();
    std::uint64_t dropped = 0;
    for (unsigned flags :
         {0x00U, 0x01U, 0x03U, 0x05U, 0x06U, 0x07U, 0x08U, 0x13U, 0x15U, 0x16U, 0x29U, 0x3fU}) {
        CAPTURE(flags);
        CHECK(world.receive({.sequence = 901, .ack = 101, .flags = static_cast<std::uint8_t>(flags)}) ==
              shot);
        CHECK(world.drops(record_a, WEFT_DROP_tcp_flags, WEFT_RX) == ++dropped);
    }
    CHECK(world.state() == WEFT_FLOW_ESTABLISHED);
}

TEST_CASE("[4.6/tcp-reset] a reset counts only where its receiver expects it") {
    Tracked world;
    world.connect();
    SUBCASE("exact: the connection is over") {
        CHECK(world.receive({.sequence = 901, .flags = tcp_rst}) == redirect);
        CHECK(world.state() == WEFT_FLOW_CLOSED);
    }
    SUBCASE("elsewhere in the window: it passes, its receiver challenges it") {
        CHECK(world.receive({.sequence = 5000, .flags = tcp_rst}) == redirect);
        CHECK(world.state() == WEFT_FLOW_ESTABLISHED);
    }
    SUBCASE("before the window") {
        CHECK(world.receive({.sequence = 800, .flags = tcp_rst}) == shot);
        CHECK(world.drops(record_a, WEFT_DROP_tcp_reset, WEFT_RX) == 1);
        CHECK(world.state() == WEFT_FLOW_ESTABLISHED);
    }
    SUBCASE("behind the window") {
        CHECK(world.receive({.sequence = 901 + 0x10001, .flags = tcp_rst}) == shot);
        CHECK(world.drops(record_a, WEFT_DROP_tcp_reset, WEFT_RX) == 1);
    }
}

TEST_CASE("[4.6/tcp-reset] the window is scaled as the SYN said") {
    Tracked world;
    const auto scale_by_two = from_hex("0204 05b4 0103 0302");  // MSS, no operation, window scale 2
    CHECK(world.send({.sequence = 100, .flags = tcp_syn, .options = scale_by_two}) == redirect);
    CHECK(world.receive({.sequence = 900, .ack = 101, .flags = tcp_syn | tcp_ack, .options = scale_by_two}) ==
          redirect);
    CHECK(world.send({.sequence = 101, .ack = 901}) == redirect);
    CHECK(world.receive({.sequence = 901 + 4 * 0xffff, .flags = tcp_rst}) == redirect);
    CHECK(world.state() == WEFT_FLOW_ESTABLISHED);
    CHECK(world.receive({.sequence = 901 + 4 * 0xffff + 1, .flags = tcp_rst}) == shot);
}

TEST_CASE("[4.6/tcp-reset] a connection is refused by a reset that acknowledges its SYN") {
    Tracked world;
    CHECK(world.send({.sequence = 100, .flags = tcp_syn}) == redirect);
    CHECK(world.receive({.sequence = 0, .ack = 500, .flags = tcp_rst | tcp_ack}) == shot);
    CHECK(world.drops(record_a, WEFT_DROP_tcp_reset, WEFT_RX) == 1);
    CHECK(world.receive({.sequence = 0, .ack = 101, .flags = tcp_rst | tcp_ack}) == redirect);
    CHECK(world.state() == WEFT_FLOW_CLOSED);
}

TEST_CASE("[4.6/tcp-reuse] the ports of a closing connection open a new one at once") {
    Tracked world;
    world.connect();
    CHECK(world.send({.sequence = 101, .ack = 901, .flags = tcp_rst | tcp_ack}) == redirect);
    CHECK(world.state() == WEFT_FLOW_CLOSED);
    CHECK(world.send({.sequence = 70000, .flags = tcp_syn}) == redirect);
    CHECK(world.state() == WEFT_FLOW_NEW);
    CHECK(world.receive({.sequence = 100, .ack = 70001, .flags = tcp_syn | tcp_ack}) == redirect);
    CHECK(world.flows() == 1);
    world.expect_nothing_dropped();
}

TEST_CASE(
    "[4.6/tcp-reuse] an entry past its time is void: data from outside no longer passes, a SYN starts anew") {
    Tracked world;
    world.connect();
    world.expire();
    CHECK(world.receive({.sequence = 901, .ack = 101}, 5) == shot);
    CHECK(world.drops(record_a, WEFT_DROP_ingress_group, WEFT_RX) == 1);
    CHECK(world.send({.sequence = 7, .flags = tcp_syn}) == redirect);
    CHECK(world.state() == WEFT_FLOW_NEW);
    CHECK(world.flows() == 1);
}

TEST_CASE("[4.6/tcp-resume] a connection older than the table goes on from the side that may open it") {
    Tracked world;
    CHECK(world.send({.sequence = 5000, .ack = 9000}, 10) == redirect);
    CHECK(world.receive({.sequence = 9000, .ack = 5010}, 10) == redirect);
    CHECK(world.state() == WEFT_FLOW_ESTABLISHED);
    world.expect_nothing_dropped();
}

TEST_CASE("[4.6/attachment] another attachment of the record does not inherit its connections") {
    Tracked world;
    world.connect();
    world.change_port(world.i1, [](weft_port& p) { p.attachment++; });
    world.change_local(blue, "10.1.2.30", [](weft_local& l) { l.attachment++; });
    CHECK(world.receive({.sequence = 901, .ack = 101}, 5) == shot);
    CHECK(world.drops(record_a, WEFT_DROP_ingress_group, WEFT_RX) == 1);
}
