// SPDX-License-Identifier: Apache-2.0
// What a record's filter refuses, counted by tuple for its flow log; and flows whose counts outlive them.
#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t closed = 2;  // a policy without a rule

weft_reject_key key(std::uint8_t protocol, std::uint16_t local, std::uint16_t remote,
                    weft_direction direction) {
    weft_reject_key out{};
    out.flow.record = record_a;
    out.flow.local = mapped("10.1.2.30");
    out.flow.remote = mapped("10.1.2.50");
    out.flow.local_port = static_cast<__be16>(local << 8U | local >> 8U);
    out.flow.remote_port = static_cast<__be16>(remote << 8U | remote >> 8U);
    out.flow.protocol = protocol;
    out.direction = direction;
    return out;
}

struct Logged : World {
    explicit Logged(std::uint32_t policy = closed) {
        put(WEFT_MAP_NAME(WEFT_POLICY_MAP), closed, weft_policy{});
        use_policy(i1, blue, "10.1.2.30", policy);
        log(WEFT_PORT_LOG_REJECTED);
    }
    void log(std::uint32_t flag) {
        const auto set = [flag](auto& entry) {
            entry.flags = (entry.flags & ~std::uint32_t{WEFT_PORT_LOG_REJECTED}) | flag;
        };
        change_port(i1, set);
        change_local(blue, "10.1.2.30", set);
    }
    weft_reject rejected(const weft_reject_key& at) {
        weft_reject out{};
        try {
            get_raw(WEFT_MAP_NAME(WEFT_REJECT_MAP), &at, &out);
        } catch (const std::runtime_error&) {
            return {};
        }
        return out;
    }
    weft_flow_use use() {
        weft_flow_use value{};
        get_raw(WEFT_MAP_NAME(WEFT_FLOW_USE_MAP), &record_a, &value);
        return value;
    }
};

}  // namespace

TEST_CASE("[8.3/flow-log] what a group refuses is counted by tuple and direction") {
    Logged world;
    const auto out = a_to_b(protocol_udp, udp(1000, 53, payload(10)));
    for (int i = 0; i < 3; i++) CHECK(world.programs.send(out, world.i1).verdict == shot);
    const auto sent = world.rejected(key(protocol_udp, 1000, 53, WEFT_TX));
    CHECK(sent.packets == 3);
    CHECK(sent.bytes == 3 * out.size());
    CHECK(sent.last >= sent.first);

    const auto in = tcp({.source = 5000, .destination = 22, .sequence = 1, .flags = tcp_syn});
    CHECK(world.programs.receive(b_to_a(protocol_tcp, in)).verdict == shot);
    const auto received = world.rejected(key(protocol_tcp, 22, 5000, WEFT_RX));
    CHECK(received.packets == 1);
    CHECK(received.bytes == 14 + 20 + in.size());
    CHECK(world.rejected(key(protocol_tcp, 22, 5000, WEFT_TX)).packets == 0);
}

TEST_CASE("[8.3/flow-log] nothing is counted that passes, or of a record without a log") {
    SUBCASE("what passes") {
        Logged world{open_policy};
        CHECK(world.programs.send(a_to_b(protocol_udp, udp(1000, 53, payload(10))), world.i1).verdict ==
              redirect);
        CHECK(world.rejected(key(protocol_udp, 1000, 53, WEFT_TX)).packets == 0);
    }
    SUBCASE("without a log") {
        Logged world;
        world.log(0);
        CHECK(world.programs.send(a_to_b(protocol_udp, udp(1000, 53, payload(10))), world.i1).verdict ==
              shot);
        CHECK(world.rejected(key(protocol_udp, 1000, 53, WEFT_TX)).packets == 0);
    }
}

TEST_CASE("[8.3/flow-log] an unrelated ICMP error is counted as the packet that it is") {
    Logged world{open_policy};
    const Ipv4 quoted{.source = ip("10.1.2.30"), .destination = ip("10.1.2.50")};
    const auto error = icmp(3, 1, 0, slice(ipv4(quoted, udp(1, 2, payload(8))), 0, 28));
    CHECK(world.programs.receive(b_to_a(protocol_icmp, error)).verdict == shot);
    CHECK(world.rejected(key(protocol_icmp, 0, 0, WEFT_RX)).packets == 1);
}

TEST_CASE("[8.3/flow-log] what the map has no room for is counted on the record") {
    Logged world;
    const auto send = [&world](unsigned port) {
        const auto frame = a_to_b(protocol_udp, udp(static_cast<std::uint16_t>(port), 53, payload(1)));
        CHECK(world.programs.send(frame, world.i1).verdict == shot);
    };
    constexpr unsigned many = 200;  // the harness' maps hold fewer
    for (unsigned port = 1; port <= many; port++) send(port);
    std::uint64_t counted = 0;
    for (unsigned port = 1; port <= many; port++)
        counted += world.rejected(key(protocol_udp, static_cast<std::uint16_t>(port), 53, WEFT_TX)).packets;
    CHECK(counted > 0);
    CHECK(world.use().unlogged > 0);
    CHECK(counted + world.use().unlogged == many);
}

TEST_CASE("[8.3/flow-log] a flow that takes an expired one's place goes on counting") {
    Logged world{open_policy};
    const auto frame = a_to_b(protocol_udp, udp(1000, 53, payload(10)));
    for (int i = 0; i < 2; i++) CHECK(world.programs.send(frame, world.i1).verdict == redirect);
    const auto at = key(protocol_udp, 1000, 53, WEFT_TX).flow;
    world.change<weft_flow>(WEFT_MAP_NAME(WEFT_FLOW_MAP), at, [](weft_flow& f) { f.expires = 1; });
    CHECK(world.programs.send(frame, world.i1).verdict == redirect);
    const auto flow = world.flow(at);
    REQUIRE(flow.has_value());
    CHECK(flow->side[0].packets == 3);
    CHECK(flow->side[0].bytes == 3 * frame.size());
    CHECK(flow->state == WEFT_FLOW_NEW);
    CHECK(flow->timeout == 30);
    CHECK(flow->rule_of == 1);
}
