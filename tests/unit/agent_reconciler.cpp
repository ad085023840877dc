// SPDX-License-Identifier: Apache-2.0
// One reconciler against maps and devices in memory: the single behaviours.
#include <doctest/doctest.h>

#include <algorithm>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/reconciler.h"
#include "agent_reconciler_world.h"
#include "tests/harness/fake_datapath.h"
#include "weft/abi/local.h"
#include "weft/abi/peer.h"
#include "weft/abi/port.h"
#include "weft/abi/source.h"

using namespace weft;
using namespace weft::agent;
using namespace weft::agent::world;
using weft::test::FakeDatapath;

TEST_CASE("[8.5/adopt] a restarted agent takes over what is installed and writes nothing that is there") {
    FakeDatapath datapath;
    datapath.add_device("tap0", 9);
    datapath.paths[address("192.0.2.2")] = on_link;
    const auto set = desired(peer(2), mapping(1), port(5, "tap0", "10.0.0.9"));
    {
        Reconciler first{datapath};
        REQUIRE(first.adopt().has_value());
        CHECK(first.snapshot(set, identity) == Outcome{100, {}, {}, {}});
    }
    const auto before = datapath.maps;
    datapath.writes.clear();
    Reconciler second{datapath};
    CHECK(second.adopt().value() == identity);
    CHECK_FALSE(second.has_desired());
    CHECK(second.repair() == Outcome{100, {}, {}, {}});
    CHECK(datapath.writes.empty());
    CHECK(second.snapshot(set, identity).needs_confirmation.empty());
    for (const auto& write : datapath.writes) CHECK(write.map == MapId::config);
    CHECK(datapath.maps == before);
}

TEST_CASE("[8.5/adopt] without a desired set nothing is removed, whatever changes around") {
    FakeDatapath datapath;
    datapath.map(MapId::mapping)["someone's"] = "entry";
    Reconciler reconciler{datapath};
    REQUIRE(reconciler.adopt().has_value());
    (void)reconciler.environment_changed();
    (void)reconciler.repair();
    (void)reconciler.delta({{}, {key_of(mapping(1))}}, 101);
    CHECK(datapath.map(MapId::mapping).size() == 1);
    CHECK(reconciler.outcome().revision == 0);
}

TEST_CASE("puts go from peers to ports and deletes the other way, the revision last") {
    FakeDatapath datapath;
    datapath.add_device("tap0", 9);
    datapath.paths[address("192.0.2.2")] = on_link;
    Reconciler reconciler{datapath};
    schema::Source source{42, mapping(1).prefix, {host(2)}};
    schema::Route route{42, *Prefix::parse("10.0.0.0/24"), {}, {}};
    const auto set = desired(peer(2), route, mapping(1), source, port(5, "tap0", "10.0.0.9"));
    (void)reconciler.snapshot(set, identity);
    const MapId order[] = {MapId::peer,   MapId::underlay, MapId::route, MapId::mapping,
                           MapId::source, MapId::local,    MapId::port,  MapId::config};
    for (std::size_t i = 1; i < std::size(order); ++i)
        CHECK(position(datapath, order[i - 1], true) < position(datapath, order[i], true));

    datapath.writes.clear();
    Changes all{{},
                {key_of(peer(2)), key_of(route), key_of(mapping(1)), key_of(source),
                 key_of(port(5, "tap0", "10.0.0.9"))}};
    CHECK(reconciler.delta(all, 101).revision == 101);
    for (std::size_t i = 1; i + 1 < std::size(order); ++i)
        CHECK(position(datapath, order[i - 1], false) > position(datapath, order[i], false));
    CHECK(datapath.writes.back().map == MapId::config);
    CHECK_FALSE(datapath.attached.contains("tap0"));
}

TEST_CASE("[2.12] a delta writes what it names and nothing else") {
    FakeDatapath datapath;
    Reconciler reconciler{datapath};
    (void)reconciler.snapshot(many_mappings(1000), identity);
    datapath.writes.clear();
    auto changed = mapping(500);
    changed.host = host(3);
    CHECK(reconciler.delta({{changed, mapping(7)}, {key_of(mapping(8))}}, 101).revision == 101);
    REQUIRE(datapath.writes.size() == 3);  // one put, one delete, the revision
    CHECK(datapath.map(MapId::mapping).size() == 999);
    CHECK(reconciler.desired().size() == 999);
}

TEST_CASE(
    "[8.5/guard] a snapshot that would remove over half of more than 100 objects waits for an operator") {
    FakeDatapath datapath;
    Reconciler reconciler{datapath};
    (void)reconciler.snapshot(many_mappings(102), identity);
    const auto before = datapath.maps;

    auto next = identity;
    next.revision = 101;
    auto outcome = reconciler.snapshot(many_mappings(50), next);
    CHECK(outcome.needs_confirmation == "52 of 102 installed objects would be removed");
    CHECK(outcome.revision == 100);
    CHECK(datapath.maps == before);
    // Its later changes are held back with it.
    outcome = reconciler.delta({{mapping(5000)}, {}}, 102);
    CHECK_FALSE(outcome.needs_confirmation.empty());
    CHECK(datapath.maps == before);

    CHECK(reconciler.confirm() == Outcome{102, {}, {}, {}});
    CHECK(datapath.map(MapId::mapping).size() == 51);

    SUBCASE("half is not over half") {
        next.revision = 103;
        (void)reconciler.snapshot(many_mappings(102), next);
        CHECK(reconciler.snapshot(many_mappings(51), next).needs_confirmation.empty());
    }
    SUBCASE("nor do 100 objects count") {
        next.revision = 103;
        (void)reconciler.snapshot(many_mappings(100), next);
        CHECK(reconciler.snapshot({}, next).needs_confirmation.empty());
        CHECK(datapath.map(MapId::mapping).empty());
    }
}

TEST_CASE("[8.5/guard] another cluster or epoch is held back too, also after a restart") {
    FakeDatapath datapath;
    {
        Reconciler first{datapath};
        (void)first.snapshot(desired(mapping(1)), identity);
    }
    auto other = identity;
    SUBCASE("cluster") { other.cluster = 12; }
    SUBCASE("epoch") { other.epoch = 23; }
    Reconciler reconciler{datapath};
    REQUIRE(reconciler.adopt().has_value());
    CHECK_FALSE(reconciler.snapshot(desired(mapping(2)), other).needs_confirmation.empty());
    CHECK_FALSE(reconciler.has_desired());
    CHECK(reconciler.installed() == identity);
    CHECK(reconciler.confirm().needs_confirmation.empty());
    CHECK(reconciler.installed() == other);
    CHECK(datapath.map(MapId::mapping).size() == 1);
}

TEST_CASE("a full map: what does not fit is named and the rest is installed; room is used") {
    FakeDatapath datapath;
    datapath.capacity[static_cast<std::size_t>(MapId::mapping)] = 10;
    Reconciler reconciler{datapath};
    auto outcome = reconciler.snapshot(many_mappings(12), identity);
    CHECK(outcome.failed.size() == 2);
    CHECK(outcome.failed[0].object.kind == schema::DesiredKind::mapping);
    CHECK(outcome.failed[0].reason.find("full") != std::string::npos);
    CHECK(outcome.revision == 100);
    CHECK(datapath.map(MapId::mapping).size() == 10);

    // A delete makes room within the same commit.
    std::vector<ObjectKey> gone;
    for (unsigned i = 0; i < 12 && gone.empty(); ++i)
        if (!failed(outcome, key_of(mapping(i)))) gone.push_back(key_of(mapping(i)));
    outcome = reconciler.delta({{}, gone}, 101);
    CHECK(outcome.failed.size() == 1);
    CHECK(datapath.map(MapId::mapping).size() == 10);
    datapath.capacity[static_cast<std::size_t>(MapId::mapping)] = 11;
    CHECK(reconciler.repair().failed.empty());
    CHECK(datapath.map(MapId::mapping).size() == 11);
}

TEST_CASE("[8.5/repair] what somebody changed by hand comes back") {
    FakeDatapath datapath;
    datapath.add_device("tap0", 9);
    Reconciler reconciler{datapath};
    (void)reconciler.snapshot(desired(mapping(1), mapping(2), port(5, "tap0", "10.0.0.9")), identity);
    const auto before = datapath.maps;
    datapath.map(MapId::mapping).erase(datapath.map(MapId::mapping).begin());
    datapath.map(MapId::local).begin()->second[0] ^= 1;
    datapath.map(MapId::route)["foreign"] = "entry";
    datapath.attached.clear();
    CHECK(reconciler.repair() == Outcome{100, {}, {}, {}});
    CHECK(datapath.maps == before);
    CHECK(datapath.attached.contains("tap0"));
    CHECK(datapath.uplink_repairs == 1);
}

TEST_CASE("[8.5/repair] counters keep their values over adoption and repair") {
    FakeDatapath datapath;
    datapath.add_device("tap0", 9);
    const auto one = port(5, "tap0", "10.0.0.9");
    {
        Reconciler first{datapath};
        (void)first.snapshot(desired(one), identity);
    }
    datapath.map(MapId::counter).begin()->second = "counted";
    Reconciler second{datapath};
    REQUIRE(second.adopt().has_value());
    (void)second.snapshot(desired(one), identity);
    (void)second.repair();
    CHECK(datapath.map(MapId::counter).begin()->second == "counted");
}

TEST_CASE("[2.14] a peer follows its underlay route") {
    FakeDatapath datapath;
    Reconciler reconciler{datapath};
    CHECK(waits(reconciler.snapshot(desired(peer(2)), identity), key_of(peer(2))));
    const auto ifindex = [&] {
        return from_bytes<weft_peer>(datapath.map(MapId::peer).begin()->second).ifindex;
    };
    CHECK(ifindex() == 0);
    datapath.paths[address("192.0.2.2")] = on_link;
    CHECK(reconciler.environment_changed().waiting.empty());
    CHECK(ifindex() == 3);
    datapath.paths[address("192.0.2.2")].ifindex = 4;
    (void)reconciler.environment_changed();
    CHECK(ifindex() == 4);
}

TEST_CASE("[4.4] a source carries the record of its mapping, also when the mapping comes later") {
    FakeDatapath datapath;
    Reconciler reconciler{datapath};
    const auto record = [&] {
        return from_bytes<weft_source>(datapath.map(MapId::source).begin()->second).record;
    };
    (void)reconciler.snapshot(desired(schema::Source{42, mapping(1).prefix, {host(2)}}), identity);
    CHECK(record() == 0);
    (void)reconciler.delta({{mapping(1)}, {}}, 101);
    CHECK(record() == 1001);
    (void)reconciler.delta({{}, {key_of(mapping(1))}}, 102);
    CHECK(record() == 0);
}

TEST_CASE(
    "[8.3/monitor] watched records are marked in both directions' entries, and a restart unmarks them") {
    FakeDatapath datapath;
    datapath.add_device("tap0", 9);
    datapath.add_device("tap1", 10);
    const auto set = desired(port(5, "tap0", "10.0.0.9"), port(6, "tap1", "10.0.0.10"));
    const auto flags_of = [&datapath](std::uint64_t record) {
        constexpr std::uint32_t watch = WEFT_PORT_WATCH_TX | WEFT_PORT_WATCH_RX;
        std::set<std::uint32_t> flags;
        for (const auto& [key, value] : datapath.map(MapId::port))
            if (const auto entry = from_bytes<weft_port>(value); entry.record == record)
                flags.insert(entry.flags & watch);
        for (const auto map : {MapId::local, MapId::station})
            for (const auto& [key, value] : datapath.map(map))
                if (const auto entry = from_bytes<weft_local>(value); entry.record == record)
                    flags.insert(entry.flags & watch);
        REQUIRE(flags.size() == 1);
        return *flags.begin();
    };
    {
        Reconciler first{datapath};
        (void)first.snapshot(set, identity);
        const auto unwatched = datapath.maps;
        Watched watched;
        watched.add(WEFT_TX, 105);
        first.watch(watched);
        CHECK(flags_of(105) == WEFT_PORT_WATCH_TX);
        CHECK(flags_of(106) == 0);
        (void)first.repair();
        CHECK(flags_of(105) == WEFT_PORT_WATCH_TX);
        first.watch({});
        CHECK(datapath.maps == unwatched);
        watched.add(WEFT_RX, 0);
        first.watch(watched);
        CHECK(flags_of(105) == (WEFT_PORT_WATCH_TX | WEFT_PORT_WATCH_RX));
        CHECK(flags_of(106) == WEFT_PORT_WATCH_RX);
    }
    Reconciler second{datapath};
    REQUIRE(second.adopt().has_value());
    (void)second.snapshot(set, identity);
    CHECK(flags_of(105) == 0);
    CHECK(flags_of(106) == 0);
}
