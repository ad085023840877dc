// SPDX-License-Identifier: Apache-2.0
// What records may use of a host: rates on their way to the maps, and shares of the table of flows.
#include <doctest/doctest.h>

#include <algorithm>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/reconciler.h"
#include "tests/harness/fake_datapath.h"
#include "weft/abi/local.h"
#include "weft/abi/port.h"
#include "weft/abi/rate.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Crash;
using weft::test::FakeDatapath;

namespace {

constexpr Installed identity{11, 22, 1, 1};
constexpr std::uint64_t megabit = 125'000;  // bytes a second

schema::Port port(std::uint64_t number) {
    schema::Port out;
    out.attachment = {Kind::attachment, number};
    out.record = {Kind::record, number};
    out.gni = 42;
    out.mac.bytes[5] = static_cast<std::uint8_t>(number);
    out.device = "tap" + std::to_string(number);
    out.addresses = {Address::v4(0x0a000000 + static_cast<std::uint32_t>(number))};
    out.tag = 7;
    return out;
}

schema::Port sending_at_most(std::uint64_t bytes, std::uint64_t packets = 0) {
    auto out = port(1);
    out.egress_bytes = bytes;
    out.egress_packets = packets;
    return out;
}

schema::Port asking(std::uint64_t number, std::uint32_t flows) {
    auto out = port(number);
    out.flow_limit = flows;
    return out;
}

std::string rate_key(std::uint64_t record, weft_direction direction) {
    weft_rate_key key{};
    key.record = record;
    key.direction = static_cast<__u32>(direction);
    return to_bytes(key);
}

struct World {
    FakeDatapath datapath;
    std::optional<Reconciler> agent;
    std::uint64_t revision{1};

    explicit World(std::size_t flows = 1000) {
        datapath.flow_room = flows;
        for (std::uint32_t i = 1; i < 20; ++i) datapath.add_device("tap" + std::to_string(i), 10 + i);
        start();
    }
    void start() {
        agent.emplace(datapath);
        REQUIRE(agent->adopt().has_value());
    }
    template <class... T>
    Outcome snapshot(T... objects) {
        DesiredSet set;
        set.put(schema::Tag{42, 7, {}});
        (set.put(objects), ...);
        return agent->snapshot(set, identity);
    }
    template <class... T>
    Outcome put(T... objects) {
        datapath.writes.clear();
        return agent->delta({{objects...}, {}}, ++revision);
    }
    Outcome remove(std::uint64_t number) { return agent->delta({{}, {key_of(port(number))}}, ++revision); }

    [[nodiscard]] bool limits_sending() {
        const auto found = datapath.map(MapId::port).begin();
        return (from_bytes<weft_port>(found->second).flags & WEFT_PORT_LIMITED) != 0;
    }
    [[nodiscard]] bool limits_receiving() {
        const auto found = datapath.map(MapId::local).begin();
        return (from_bytes<weft_local>(found->second).flags & WEFT_PORT_LIMITED) != 0;
    }
    [[nodiscard]] weft_rate rate(weft_direction direction) {
        return from_bytes<weft_rate>(datapath.map(MapId::rate).at(rate_key(1, direction)));
    }
    [[nodiscard]] weft_quota quota(std::uint64_t record) {
        return from_bytes<weft_quota>(datapath.map(MapId::quota).at(to_bytes(record)));
    }
    // The place of the last write to a map.
    [[nodiscard]] std::ptrdiff_t last(MapId map) {
        std::ptrdiff_t found = -1;
        for (std::size_t i = 0; i < datapath.writes.size(); ++i)
            if (datapath.writes[i].map == map) found = static_cast<std::ptrdiff_t>(i);
        return found;
    }
};

}  // namespace

TEST_CASE("[4.7/order] a limit is there before the port says so, and goes after it no longer does") {
    World world;
    world.snapshot(port(1));
    CHECK_FALSE(world.limits_sending());
    CHECK(world.datapath.map(MapId::rate).empty());
    CHECK(world.put(sending_at_most(100 * megabit)).failed.empty());
    CHECK(world.limits_sending());
    CHECK_FALSE(world.limits_receiving());
    CHECK(world.rate(WEFT_TX).bytes == 100 * megabit);
    CHECK(world.last(MapId::rate_state) >= 0);
    CHECK(world.last(MapId::rate_state) < world.last(MapId::port));
    CHECK(world.last(MapId::rate) < world.last(MapId::port));
    world.put(port(1));
    CHECK_FALSE(world.limits_sending());
    CHECK(world.datapath.map(MapId::rate).empty());
    CHECK(world.datapath.map(MapId::rate_state).empty());
    CHECK(world.last(MapId::port) < world.last(MapId::rate));
    CHECK(world.last(MapId::port) < world.last(MapId::rate_state));
}

TEST_CASE("[4.7/directions] what a record sends and what it receives are limited apart") {
    World world;
    auto both = sending_at_most(0, 2000);
    both.ingress_bytes = 1000 * megabit;
    world.snapshot(both);
    CHECK(world.limits_sending());
    CHECK(world.limits_receiving());
    CHECK(world.rate(WEFT_TX).packets == 2000);
    CHECK(world.rate(WEFT_TX).bytes == 0);
    CHECK(world.rate(WEFT_RX).bytes == 1000 * megabit);
    CHECK(world.rate(WEFT_RX).packets == 0);
}

TEST_CASE("[4.7/burst] 100 ms of the rate, and at least a packet that is segmented later") {
    World world;
    world.snapshot(sending_at_most(1000 * megabit, 1'000'000));
    CHECK(world.rate(WEFT_TX).burst_bytes == 12'500'000);
    CHECK(world.rate(WEFT_TX).burst_packets == 100'000);
    world.put(sending_at_most(1000, 1));
    CHECK(world.rate(WEFT_TX).burst_bytes == 65536);
    CHECK(world.rate(WEFT_TX).burst_packets == 64);
    world.put(sending_at_most(schema::most_rate));
    CHECK(world.rate(WEFT_TX).burst_bytes == 0xffffffff);
}

TEST_CASE("[4.7/change] another rate is one write, and what is not paid for yet stays so") {
    World world;
    world.snapshot(sending_at_most(100 * megabit));
    world.datapath.map(MapId::rate_state).begin()->second = "paid";
    world.put(sending_at_most(200 * megabit));
    REQUIRE(world.datapath.writes.size() == 2);
    CHECK(world.datapath.writes[0].map == MapId::rate);
    CHECK(world.datapath.writes[1].map == MapId::config);
    CHECK(world.rate(WEFT_TX).bytes == 200 * megabit);
    SUBCASE("over a restart too") {
        world.start();
        world.datapath.writes.clear();
        world.snapshot(sending_at_most(200 * megabit));
        for (const auto& write : world.datapath.writes) CHECK(write.map == MapId::config);
    }
    CHECK(world.datapath.map(MapId::rate_state).begin()->second == "paid");
}

TEST_CASE("[4.7/crash] at every death a port that says it is limited has its limit") {
    for (const bool limits : {true, false})
        for (std::size_t writes = 0; writes < 6; ++writes) {
            CAPTURE(writes);
            World world;
            world.snapshot(limits ? port(1) : sending_at_most(100 * megabit));
            world.datapath.writes_until_crash = writes;
            try {
                world.put(limits ? sending_at_most(100 * megabit) : port(1));
            } catch (const Crash&) {
            }
            const auto key = rate_key(1, WEFT_TX);
            if (!world.limits_sending()) continue;
            CHECK(world.datapath.map(MapId::rate).contains(key));
            CHECK(world.datapath.map(MapId::rate_state).contains(key));
        }
}

TEST_CASE("[4.7/full] a limit that does not fit is reported with its port") {
    World world;
    world.datapath.capacity[static_cast<std::size_t>(MapId::rate)] = 0;
    const auto outcome = world.snapshot(sending_at_most(100 * megabit), port(2));
    REQUIRE(outcome.failed.size() == 1);
    CHECK(outcome.failed[0].object == key_of(port(1)));
}

TEST_CASE("[4.6/own] a record has the flows that it asks for, and the others share the rest") {
    World world;
    world.snapshot(asking(1, 10), asking(2, 500), port(3), port(4));
    CHECK(world.quota(1).flows == 10);
    CHECK(world.quota(2).flows == 500);
    CHECK(world.quota(3).flows == 245);
    CHECK(world.quota(4).flows == 245);
    SUBCASE("changed") {
        CHECK(world.put(asking(2, 700)).failed.empty());
        CHECK(world.quota(2).flows == 700);
        CHECK(world.quota(3).flows == 145);
    }
    SUBCASE("no longer asked for") {
        world.put(port(2));
        CHECK(world.quota(2).flows == 330);
        CHECK(world.quota(3).flows == 330);
    }
    SUBCASE("gone") {
        world.remove(2);
        CHECK(world.quota(3).flows == 495);
    }
}

TEST_CASE("[4.6/reserve] what would take the others' least is refused, and what was granted stays") {
    World world;
    const auto greedy = asking(2, 900);
    CHECK(world.snapshot(asking(1, 300), asking(2, 400), port(3)).failed.empty());
    const auto outcome = world.put(greedy);
    REQUIRE(outcome.failed.size() == 1);
    CHECK(outcome.failed[0].object == key_of(greedy));
    CHECK(outcome.failed[0].reason.find("flow limit 900") == 0);
    CHECK(world.quota(2).flows == 400);
    CHECK(world.quota(1).flows == 300);
    CHECK_FALSE(world.datapath.map(MapId::port).empty());
    SUBCASE("one of a lower id does not take it away either") {
        CHECK(world.put(asking(1, 700)).failed.size() == 2);
        CHECK(world.quota(1).flows == 300);
        CHECK(world.quota(2).flows == 400);
    }
    SUBCASE("granted when there is room") {
        world.remove(3);
        CHECK(world.remove(1).failed.empty());
        CHECK(world.quota(2).flows == 900);
    }
    SUBCASE("a new record that asks for too much gets a share as others do") {
        CHECK(world.put(asking(4, 600)).failed.size() == 2);
        CHECK(world.quota(4).flows == 150);
    }
    SUBCASE("a restart changes nothing") {
        const auto before = world.datapath.map(MapId::quota);
        world.start();
        CHECK(world.snapshot(asking(1, 300), greedy, port(3)).failed.size() == 1);
        CHECK(world.datapath.map(MapId::quota) == before);
    }
    SUBCASE("together they never exceed the table") {
        for (std::uint64_t i = 5; i < 7; ++i) world.put(port(i), asking(i + 5, 50));
        std::size_t sum = 0;
        for (const auto& [record, value] : world.datapath.map(MapId::quota))
            sum += from_bytes<weft_quota>(value).flows;
        CHECK(world.datapath.map(MapId::quota).size() == 7);
        CHECK(sum <= 1000);
    }
}

TEST_CASE("[4.6/timeouts] a record's own timeouts replace the host's, for it alone") {
    World world;
    auto short_lived = port(1);
    short_lived.tcp_timeout = 300;
    short_lived.udp_timeout = 20;
    world.snapshot(short_lived, port(2));
    CHECK(world.quota(1).timeouts.tcp_established == 300);
    CHECK(world.quota(1).timeouts.udp_stream == 20);
    CHECK(world.quota(1).timeouts.udp_single == 20);
    CHECK(world.quota(1).timeouts.icmp == FlowLimits{}.timeouts.icmp);
    CHECK(world.quota(2).timeouts.tcp_established == FlowLimits{}.timeouts.tcp_established);
    CHECK(world.quota(2).timeouts.udp_single == FlowLimits{}.timeouts.udp_single);
    short_lived.udp_timeout = 600;
    world.put(short_lived);
    CHECK(world.quota(1).timeouts.udp_stream == 600);
    CHECK(world.quota(1).timeouts.udp_single == FlowLimits{}.timeouts.udp_single);
}
