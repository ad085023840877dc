// SPDX-License-Identifier: Apache-2.0
// Samples of dropped packets: what they say, and that a bucket bounds them.
#include <bpf/libbpf.h>
#include <doctest/doctest.h>
#include <net/if.h>

#include <cstring>

#include "tests/harness/bpf/world.h"
#include "weft/abi/event.h"

using namespace weft::test;

namespace {

class Samples {
public:
    explicit Samples(World& world)
        : ring_(ring_buffer__new(world.programs.map(WEFT_MAP_NAME(WEFT_EVENT_MAP)), take, this, nullptr)) {
        REQUIRE(ring_ != nullptr);
        ring_buffer__consume(ring_);
        events_.clear();
    }
    ~Samples() { ring_buffer__free(ring_); }
    Samples(const Samples&) = delete;
    Samples& operator=(const Samples&) = delete;

    const std::vector<weft_event>& read() {
        ring_buffer__consume(ring_);
        return events_;
    }

private:
    static int take(void* self, void* data, std::size_t size) {
        weft_event event{};
        CHECK(size == sizeof(event));
        std::memcpy(&event, data, sizeof(event));
        static_cast<Samples*>(self)->events_.push_back(event);
        return 0;
    }

    std::vector<weft_event> events_;
    ring_buffer* ring_;
};

void set_rate(World& world, std::uint32_t rate, std::uint32_t burst) {
    world.change<weft_config>(WEFT_MAP_NAME(WEFT_CONFIG_MAP), __u32{0}, [&](weft_config& c) {
        c.event_rate = rate;
        c.event_burst = burst;
    });
}

std::uint64_t lost(World& world) {
    std::vector<weft_event_bucket> buckets(static_cast<std::size_t>(libbpf_num_possible_cpus()));
    const __u32 zero = 0;
    world.get_raw(WEFT_MAP_NAME(WEFT_EVENT_BUCKET_MAP), &zero, buckets.data());
    std::uint64_t sum = 0;
    for (const auto& b : buckets) sum += b.lost;
    return sum;
}

}  // namespace

TEST_CASE("[8.3/monitor] a drop is sampled with its reason, record, device, direction and first bytes") {
    World world;
    set_rate(world, 1000, 10);
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
    REQUIRE(events[0].captured == 128);
    CHECK(Bytes(events[0].packet, events[0].packet + 128) == slice(sent, 0, 128));

    CHECK(events[1].reason == WEFT_DROP_outer_unknown_source);
    CHECK(events[1].record == 0);
    CHECK(events[1].direction == WEFT_RX);
    CHECK(events[1].captured == 42);
    CHECK(events[1].time >= events[0].time);
}

TEST_CASE("[8.3/monitor] XDP samples its drops too") {
    World world;
    set_rate(world, 1000, 10);
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
        set_rate(world, 0, 10);
        send(20);
        CHECK(samples.read().empty());
        CHECK(lost(world) == 0);
    }
    SUBCASE("a slow rate: a burst on each CPU, then the rest is lost") {
        set_rate(world, 1, 5);
        send(50);
        const auto sampled = samples.read().size();
        CHECK(sampled >= 1);
        CHECK(sampled + lost(world) == 50);
        CHECK(lost(world) >= 30);
    }
    CHECK(world.drops(WEFT_DROP_no_mapping) > 0);
}
