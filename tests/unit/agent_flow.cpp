// SPDX-License-Identifier: Apache-2.0
// The collector of flows: what goes, what stays, and a count that is true whatever happened.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "agent/flow/collector.h"
#include "agent/reconcile/bytes.h"
#include "agent/reconcile/reconciler.h"
#include "tests/harness/fake_datapath.h"
#include "weft/abi/flow.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Crash;
using weft::test::FakeDatapath;

namespace {

template <class T>
T pick(T low, T high) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high));
}

// Flows of records 1 to 3, each with the attachment of its own number.
struct World {
    FakeDatapath datapath;
    std::set<std::uint64_t> here{1, 2, 3};
    std::optional<Collector> collector;
    std::uint64_t next{0};

    World() {
        start();
        for (std::uint64_t record = 1; record <= 3; ++record) {
            datapath.map(MapId::flow_use)[to_bytes(record)] = {};
            datapath.map(MapId::quota)[to_bytes(record)] = to_bytes(weft_quota{});
        }
    }

    void start() {
        collector.emplace(
            datapath, [this](std::uint64_t attachment) { return here.contains(attachment); },
            [](const Flow&, bool) {});
    }

    void add(std::uint64_t record, bool expired = false) {
        ++next;
        const auto key = std::to_string(record * 7919 * next % 9973) + ' ' + std::to_string(next);
        datapath.flow_table[key] = {key, record, record, expired ? 1U : 1000U, expired, 0, 0, {}, {}};
        ++datapath.flows_added[record];
    }

    void walk() {
        while (collector->step()) {
        }
    }

    [[nodiscard]] std::uint64_t counted(std::uint64_t record) {
        const auto use = *datapath.flow_use(record);
        return use.added - use.removed;
    }
    [[nodiscard]] std::uint64_t present(std::uint64_t record) const {
        return static_cast<std::uint64_t>(std::ranges::count_if(
            datapath.flow_table, [record](const auto& entry) { return entry.second.record == record; }));
    }
};

schema::Port port(std::uint64_t attachment, std::uint64_t record) {
    schema::Port out;
    out.attachment = {Kind::attachment, attachment};
    out.record = {Kind::record, record};
    out.gni = 1;
    out.device = "tap" + std::to_string(attachment);
    out.addresses = {Address::v4(0x0a000000 + static_cast<std::uint32_t>(attachment))};
    return out;
}

weft_quota quota_of(FakeDatapath& datapath, std::uint64_t record) {
    return from_bytes<weft_quota>(datapath.map(MapId::quota).at(to_bytes(record)));
}

}  // namespace

TEST_CASE("[4.6/expire] expired flows go, the others stay, and the quota counts those that are left") {
    World world;
    for (int i = 0; i < 10; ++i) {
        world.add(1, i < 4);
        world.add(2);
    }
    world.walk();
    CHECK(world.present(1) == 6);
    CHECK(world.present(2) == 10);
    CHECK(world.counted(1) == 6);
    CHECK(world.counted(2) == 10);
}

TEST_CASE("[4.6/detach] the flows of an attachment that went go, whatever time they have left") {
    World world;
    for (int i = 0; i < 10; ++i) {
        world.add(1);
        world.add(2);
    }
    world.here.erase(1);
    world.walk();
    CHECK(world.present(1) == 0);
    CHECK(world.counted(1) == 0);
    CHECK(world.present(2) == 10);
}

TEST_CASE("[4.6/expire] a flow that a packet took up again in the last moment stays") {
    World world;
    world.add(1, true);
    std::string position;
    auto seen = world.datapath.flows(position)->front();
    world.datapath.flow_table.begin()->second.expires = 2000;
    CHECK_FALSE(world.datapath.remove_flow(seen));
    CHECK(world.present(1) == 1);
}

TEST_CASE("[4.6/count] after a death between removing and counting the next walk counts right again") {
    World world;
    for (int i = 0; i < 20; ++i) world.add(1, true);
    world.datapath.writes_until_crash = 3;
    CHECK_THROWS_AS(world.walk(), Crash);
    world.datapath.writes_until_crash = std::numeric_limits<std::size_t>::max();
    CHECK(world.present(1) == 17);
    CHECK(world.counted(1) == 20);
    world.start();
    world.walk();
    CHECK(world.present(1) == 0);
    CHECK(world.counted(1) == 0);
}

TEST_CASE("[4.6/count] no count falls below what is there, and a quiet walk makes it exact") {
    CHECK(rc::check("counts", [] {
        World world;
        bool anew = false;
        const auto something = [&world, &anew] {
            const auto record = pick<std::uint64_t>(1, 4);
            switch (pick(0, 8)) {
                case 0: world.here.erase(record); break;
                case 1: world.here.insert(record); break;
                case 2:  // attached anew: its count begins again, its flows are still there
                    world.datapath.flows_added[record] = 0;
                    world.datapath.set_removed_flows(record, 0);
                    anew = true;
                    break;
                case 3:
                    if (!world.datapath.flow_table.empty())
                        world.datapath.flow_table.begin()->second.expired = true;
                    break;
                default: world.add(record, pick(0, 3) == 0); break;
            }
        };
        for (int i = pick(0, 60); i > 0; --i) {
            if (pick(0, 3) > 0)
                something();
            else if (pick(0, 10) > 0)
                (void)world.collector->step();
            else
                try {
                    world.datapath.writes_until_crash = pick<std::size_t>(0, 3);
                    (void)world.collector->step();
                } catch (const Crash&) {
                    world.start();
                }
            world.datapath.writes_until_crash = std::numeric_limits<std::size_t>::max();
            for (std::uint64_t record = 1; record <= 3; ++record) {
                const auto use = *world.datapath.flow_use(record);
                RC_ASSERT(use.removed <= use.added);
                RC_ASSERT(anew || use.added - use.removed >= world.present(record));
            }
        }
        world.walk();                                          // to the end of the walk that is under way
        for (std::uint64_t record = 1; record <= 3; ++record)  // what is there was added some time
            world.datapath.flows_added[record] += world.present(record);
        world.walk();
        for (std::uint64_t record = 1; record <= 3; ++record)
            RC_ASSERT(world.counted(record) == world.present(record));
    }));
}

TEST_CASE(
    "[4.6/quota] records share the table: each has its part, at most the configured one and at least 64") {
    FakeDatapath datapath;
    datapath.flow_room = 1000;
    Reconciler reconciler{datapath, {400, {1, 2, 3, 4, 5, 6, 7, 8}}};
    DesiredSet desired;
    desired.put(port(1, 1));
    reconciler.snapshot(desired, {11, 22, 1, 1});
    CHECK(quota_of(datapath, 1).flows == 400);
    CHECK(quota_of(datapath, 1).timeouts.tcp_established == 2);
    CHECK(quota_of(datapath, 1).timeouts.other == 8);
    CHECK(datapath.map(MapId::flow_use).contains(to_bytes(std::uint64_t{1})));

    auto changed = quota_of(datapath, 1);
    changed.removed = 5;
    datapath.map(MapId::quota)[to_bytes(std::uint64_t{1})] = to_bytes(changed);
    reconciler.delta({{port(2, 2), port(3, 3), port(4, 3)}, {}}, 2);
    CHECK(quota_of(datapath, 1).flows == 333);
    CHECK(quota_of(datapath, 1).removed == 5);
    CHECK(quota_of(datapath, 3).flows == 333);
    std::vector<Object> many;
    for (std::uint64_t i = 10; i < 50; ++i) many.push_back(port(i, i));
    reconciler.delta({many, {}}, 3);
    CHECK(quota_of(datapath, 1).flows == 64);
    std::vector<ObjectKey> gone;
    for (const auto& object : many) gone.push_back(key_of(object));
    gone.push_back(key_of(port(4, 3)));
    reconciler.delta({{}, gone}, 4);
    CHECK(quota_of(datapath, 1).flows == 333);
    CHECK(datapath.map(MapId::quota).size() == 3);
    CHECK(datapath.map(MapId::flow_use).size() == 3);
}

TEST_CASE("[4.6/detach] the reconciler says when an attachment went") {
    FakeDatapath datapath;
    Reconciler reconciler{datapath};
    CHECK(reconciler.is_here(1));  // nothing is known yet
    DesiredSet desired;
    desired.put(port(1, 1));
    reconciler.snapshot(desired, {11, 22, 1, 1});
    CHECK_FALSE(reconciler.take_detached());
    CHECK(reconciler.is_here(1));
    CHECK_FALSE(reconciler.is_here(2));
    reconciler.delta({{}, {key_of(port(1, 1))}}, 2);
    CHECK(reconciler.take_detached());
    CHECK_FALSE(reconciler.take_detached());
    CHECK_FALSE(reconciler.is_here(1));
}
