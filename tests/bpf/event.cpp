// SPDX-License-Identifier: Apache-2.0
// Samples of dropped packets: what they say, and that a bucket bounds them.
#include <doctest/doctest.h>
#include <net/if.h>

#include "tests/harness/bpf/samples.h"

using namespace weft::test;

namespace {

std::uint64_t lost(World& world) {
    const auto all = lost_events(world, WEFT_EVENT_DROPS);
    return all.rate + all.ring;
}

}  // namespace

TEST_CASE("[8.3/monitor] a drop is sampled with its reason, record, device, direction and first bytes") {
    World world;
    set_event_rate(world, 1000, 10);
    Samples samples(world);
    const auto sent = from_a("10.1.2.77", mac_b, payload(300));
    CHECK(world.programs.send(sent, world.i1).verdict == shot);
    CHECK(world.programs.receive(outer4(6081, {}, 0, "192.0.2.9")).verdict == shot);
    CHECK(world.programs.receive_xdp(arriving(inner_b_to_a(), red)).verdict == xdp_pass);
    const auto& events = samples.read();
    REQUIRE(events.size() == 2);

    CHECK(events[0].kind == WEFT_EVENT_DROP);
    CHECK(events[0].reason == WEFT_DROP_no_mapping);
    CHECK(events[0].record == record_a);
    CHECK(events[0].gni == blue);
    CHECK(events[0].direction == WEFT_TX);
    CHECK(events[0].ifindex == world.i1);
    CHECK(events[0].length == sent.size());
    REQUIRE(events[0].captured == 192);
    CHECK(Bytes(events[0].packet, events[0].packet + 192) == slice(sent, 0, 192));

    CHECK(events[1].reason == WEFT_DROP_outer_unknown_source);
    CHECK(events[1].record == 0);
    CHECK(events[1].direction == WEFT_RX);
    CHECK(events[1].captured == 42);
    CHECK(events[1].time >= events[0].time);
}

TEST_CASE("[8.3/monitor] XDP samples its drops too") {
    World world;
    set_event_rate(world, 1000, 10);
    Samples samples(world);
    const auto packet = outer4(6081, {}, 0, "192.0.2.9");
    CHECK(world.programs.receive_xdp(packet).verdict == xdp_drop);
    const auto& events = samples.read();
    REQUIRE(events.size() == 1);
    CHECK(Bytes(events[0].packet, events[0].packet + events[0].captured) == packet);
}

TEST_CASE("[8.3/sampling] a burst is bounded and what is not sampled is counted") {
    World world;
    Samples samples(world);
    const auto sent = from_a("10.1.2.77", mac_b, payload(8));
    const auto send = [&](int times) {
        for (int i = 0; i < times; i++) world.programs.send(sent, world.i1);
    };
    SUBCASE("a rate of zero samples nothing") {
        set_event_rate(world, 0, 10);
        send(20);
        CHECK(samples.read().empty());
        CHECK(lost(world) == 0);
    }
    SUBCASE("a slow rate: a burst on each CPU, then the rest is lost") {
        set_event_rate(world, 1, 5);
        send(50);
        const auto sampled = samples.read().size();
        CHECK(sampled >= 1);
        CHECK(sampled + lost(world) == 50);
        CHECK(lost(world) >= 30);
    }
    CHECK(world.drops(WEFT_DROP_no_mapping) > 0);
}
