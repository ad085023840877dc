// SPDX-License-Identifier: Apache-2.0
// Samples of what passes: made for watched records alone, with the rule, the flow, the peer and the frame.
#include <doctest/doctest.h>

#include "tests/harness/bpf/samples.h"
#include "weft/abi/framework.h"

using namespace weft::test;

namespace {

struct Watched : World {
    Watched() { set_event_rate(*this, 1000, 100); }

    void watch_a(std::uint32_t flags) {
        change_port(i1, [flags](weft_port& p) { p.flags |= flags; });
        change_local(blue, "10.1.2.30", [flags](weft_local& l) { l.flags |= flags; });
    }
};

Bytes datagram() { return a_to_b(protocol_udp, udp(1000, 53, payload(10))); }
Bytes captured(const weft_event& event) { return {event.packet, event.packet + event.captured}; }

}  // namespace

TEST_CASE("[8.3/monitor] what a watched record sends is sampled, with its rule, flow, peer and framework") {
    Watched world;
    world.watch_a(WEFT_PORT_WATCH_TX);
    Samples samples(world);
    const auto frame = datagram();
    CHECK(world.programs.send(frame, world.i1).verdict == redirect);
    CHECK(world.programs.send(frame, world.i1).verdict == redirect);
    const auto& events = samples.read();
    REQUIRE(events.size() == 2);
    for (const auto& event : events) {
        CHECK(event.kind == WEFT_EVENT_SENT);
        CHECK(event.reason == 0);
        CHECK(event.record == record_a);
        CHECK(event.direction == WEFT_TX);
        CHECK(event.gni == blue);
        CHECK(event.peer == peer_host);
        CHECK(event.framework == WEFT_FRAMEWORK_geneve_1);
        CHECK(event.rule_of == 1);
        CHECK(event.rule == 0);
        CHECK(event.ifindex == world.i1);
        CHECK(event.length == frame.size());
        CHECK(captured(event) == frame);  // within the subnet no header changes
    }
    CHECK(events[0].flow == WEFT_EVENT_FLOW_NEW);
    CHECK(events[1].flow == WEFT_EVENT_FLOW_ESTABLISHED);
}

TEST_CASE("[8.3/monitor] what a watched record receives is sampled as it is delivered") {
    Watched world;
    world.watch_a(WEFT_PORT_WATCH_RX);
    Samples samples(world);
    CHECK(world.programs.receive(arriving(inner_b_to_a())).verdict == redirect);
    const auto& events = samples.read();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == WEFT_EVENT_DELIVERED);
    CHECK(events[0].record == record_a);
    CHECK(events[0].direction == WEFT_RX);
    CHECK(events[0].gni == blue);
    CHECK(events[0].peer == peer_host);
    CHECK(events[0].framework == WEFT_FRAMEWORK_geneve_1);
    CHECK(events[0].flow == WEFT_EVENT_FLOW_NEW);
    CHECK(events[0].rule_of == 1);
    CHECK(captured(events[0]) == inner_b_to_a());
}

TEST_CASE("[8.3/monitor] between two records of one host each has an event of its own") {
    Watched world;
    world.watch_a(WEFT_PORT_WATCH_TX | WEFT_PORT_WATCH_RX);
    const auto frame = from_a("10.1.2.31", mac_d, payload(9));
    SUBCASE("the sender alone is watched") {
        Samples samples(world);
        CHECK(world.programs.send(frame, world.i1).verdict == redirect);
        REQUIRE(samples.read().size() == 1);
        CHECK(samples.read()[0].kind == WEFT_EVENT_SENT);
        CHECK(samples.read()[0].peer == 0);
    }
    SUBCASE("both are") {
        world.change_local(blue, "10.1.2.31", [](weft_local& l) { l.flags |= WEFT_PORT_WATCH_RX; });
        Samples samples(world);
        CHECK(world.programs.send(frame, world.i1).verdict == redirect);
        REQUIRE(samples.read().size() == 2);
        CHECK(samples.read()[0].kind == WEFT_EVENT_DELIVERED);
        CHECK(samples.read()[0].record == record_d);
        CHECK(samples.read()[1].kind == WEFT_EVENT_SENT);
        CHECK(samples.read()[1].record == record_a);
    }
}

TEST_CASE("[8.3/monitor] what the router answers is sampled as the answer") {
    Watched world;
    world.watch_a(WEFT_PORT_WATCH_TX);
    Samples samples(world);
    const Ipv4 header{.source = ip("10.1.2.30"), .destination = ip("10.1.2.1"), .protocol = protocol_icmp};
    const auto ran = world.programs.send(
        ethernet(mac_router, mac_a, ethertype_ipv4, ipv4(header, icmp(8, 0, 7, payload(8)))), world.i1);
    CHECK(ran.verdict == redirect);
    REQUIRE(samples.read().size() == 1);
    CHECK(samples.read()[0].kind == WEFT_EVENT_ANSWERED);
    CHECK(samples.read()[0].flow == WEFT_EVENT_FLOW_NONE);
    CHECK(captured(samples.read()[0]) == ran.packet);
}

TEST_CASE("[8.3/monitor] a record that nobody watches makes no events, a direction by itself no others") {
    Watched world;
    Samples samples(world);
    SUBCASE("nobody") {}
    SUBCASE("the other direction") { world.watch_a(WEFT_PORT_WATCH_RX); }
    SUBCASE("another record") {
        world.change_port(world.i2, [](weft_port& p) { p.flags |= WEFT_PORT_WATCH_TX; });
    }
    CHECK(world.programs.send(datagram(), world.i1).verdict == redirect);
    CHECK(samples.read().empty());
    CHECK(lost_events(world, WEFT_EVENT_VERDICTS).rate == 0);
}

TEST_CASE("[8.3/sampling] verdicts have a bucket of their own, and what it refuses is counted") {
    Watched world;
    world.watch_a(WEFT_PORT_WATCH_TX);
    set_event_rate(world, 1, 5);
    Samples samples(world);
    for (int i = 0; i < 60; i++) CHECK(world.programs.send(datagram(), world.i1).verdict == redirect);
    const auto seen = samples.read().size();
    CHECK(seen >= 1);
    CHECK(seen + lost_events(world, WEFT_EVENT_VERDICTS).rate == 60);
    CHECK(lost_events(world, WEFT_EVENT_DROPS).rate == 0);
    CHECK(world.programs.send(from_a("10.1.2.77", mac_b, payload(8)), world.i1).verdict == shot);
    REQUIRE(samples.read().size() == seen + 1);  // a drop still finds its token
    CHECK(samples.read().back().kind == WEFT_EVENT_DROP);
}

TEST_CASE("[8.3/sampling] a ring that nobody reads fills up, and what does not fit is counted") {
    Watched world;
    world.watch_a(WEFT_PORT_WATCH_TX);
    set_event_rate(world, 1'000'000, 1'000'000);
    Samples samples(world);
    constexpr std::size_t many = 2000;  // of 264 bytes: more than the ring has
    for (std::size_t i = 0; i < many; i++) world.programs.send(datagram(), world.i1);
    const auto lost = lost_events(world, WEFT_EVENT_VERDICTS);
    CHECK(lost.ring > 0);
    CHECK(samples.read().size() + lost.ring + lost.rate == many);
}
