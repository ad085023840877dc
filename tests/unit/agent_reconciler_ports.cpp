// SPDX-License-Identifier: Apache-2.0
// One reconciler against maps and devices in memory: ports, their devices and addresses.
#include <doctest/doctest.h>

#include <algorithm>

#include "agent/reconcile/bytes.h"
#include "agent_reconciler_world.h"
#include "weft/abi/local.h"
#include "weft/abi/port.h"

using namespace weft;
using namespace weft::agent;
using namespace weft::agent::world;
using weft::test::FakeDatapath;

TEST_CASE("[2.3] a port waits for its device and completes by itself, with the device's new index") {
    FakeDatapath datapath;
    Reconciler reconciler{datapath};
    const auto late = port(5, "tap0", "10.0.0.9");
    CHECK(waits(reconciler.snapshot(desired(late), identity), key_of(late)));
    CHECK(reconciler.outcome().revision == 100);
    CHECK(datapath.map(MapId::port).empty());
    CHECK(datapath.map(MapId::counter).size() == 1);

    datapath.add_device("tap0", 9);
    CHECK(reconciler.environment_changed().waiting.empty());
    CHECK(datapath.attached.contains("tap0"));
    CHECK(datapath.map(MapId::port).contains(to_bytes(weft_port_key{9, 0, 0, {}})));

    datapath.remove_host_device("tap0");
    CHECK(waits(reconciler.environment_changed(), key_of(late)));
    CHECK(datapath.map(MapId::port).empty());
    datapath.add_device("tap0", 10);
    CHECK(reconciler.environment_changed().waiting.empty());
    CHECK(datapath.map(MapId::port).contains(to_bytes(weft_port_key{10, 0, 0, {}})));
    CHECK(datapath.attached.contains("tap0"));
}

TEST_CASE("[1.15/device] a device that worked and does not is reported until it does again") {
    FakeDatapath datapath;
    Reconciler reconciler{datapath};
    auto attached = port(5, "tap0", "10.0.0.9");
    CHECK(reconciler.snapshot(desired(attached), identity).lost.empty());  // it never worked
    datapath.add_device("tap0", 9);
    CHECK(reconciler.environment_changed().lost.empty());
    const std::vector lost{key_of(attached)};
    SUBCASE("no carrier") {
        datapath.devices["tap0"].up = false;
        CHECK(reconciler.environment_changed().lost == lost);
        CHECK(reconciler.outcome().waiting.empty());
        CHECK(reconciler.repair().lost == lost);
    }
    SUBCASE("gone") {
        datapath.remove_host_device("tap0");
        CHECK(reconciler.environment_changed().lost == lost);
        CHECK(reconciler.repair().lost == lost);
        attached.in_repair = true;  // what comes for it is then dropped for that reason, device or not
        (void)reconciler.delta({{attached}, {}}, 101);
        REQUIRE(datapath.map(MapId::local).size() == 1);
        const auto local = from_bytes<weft_local>(datapath.map(MapId::local).begin()->second);
        CHECK((local.flags & WEFT_PORT_IN_REPAIR) != 0);
        CHECK(local.ifindex == 0);
        CHECK(reconciler.outcome().lost == lost);
    }
    datapath.add_device("tap0", 9);
    CHECK(reconciler.environment_changed().lost.empty());
}

TEST_CASE("[2.3] a port with a namespace has its device made, and waits while there is none") {
    FakeDatapath datapath;
    Reconciler reconciler{datapath};
    auto inside = port(5, "eth0", "10.0.0.9");
    inside.netns = "i1";
    const auto name = device_name(inside);
    CHECK(waits(reconciler.snapshot(desired(inside), identity), key_of(inside)));
    datapath.namespaces.insert("i1");
    CHECK(reconciler.environment_changed() == Outcome{100, {}, {}, {}});
    CHECK(datapath.attached.contains(name));

    SUBCASE("a port that works goes on while the helper is away, and says so") {
        datapath.helper_away = true;
        CHECK(waits(reconciler.repair(), key_of(inside)));
        CHECK(datapath.map(MapId::port).size() == 1);
    }
    SUBCASE("its device goes with it") {
        (void)reconciler.delta({{}, {key_of(inside)}}, 101);
        CHECK_FALSE(datapath.devices.contains(name));
        CHECK(datapath.map(MapId::port).empty());
    }
    SUBCASE("also when the agent was restarted in between") {
        Reconciler second{datapath};
        REQUIRE(second.adopt().has_value());
        (void)second.snapshot({}, identity);
        CHECK_FALSE(datapath.devices.contains(name));
    }
}

TEST_CASE("[2.6] a second record on a device is told apart by address, and no packet meets half of it") {
    FakeDatapath datapath;
    datapath.add_device("tap0", 9);
    Reconciler reconciler{datapath};
    const auto first = port(5, "tap0", "10.0.0.9");
    const auto second = port(6, "tap0", "10.0.0.10");
    (void)reconciler.snapshot(desired(first), identity);
    datapath.writes.clear();
    CHECK(reconciler.delta({{second}, {}}, 101) == Outcome{101, {}, {}, {}});
    auto& ports = datapath.map(MapId::port);
    const auto device_key = to_bytes(weft_port_key{9, 0, 0, {}});
    CHECK(ports.size() == 3);
    CHECK((from_bytes<weft_port>(ports[device_key]).flags & WEFT_PORT_SHARED) != 0);
    CHECK(from_bytes<weft_port>(ports[device_key]).attachment == 5);
    std::erase_if(datapath.writes, [](const auto& write) { return write.map != MapId::port; });
    REQUIRE(datapath.writes.size() == 3);
    CHECK(datapath.writes[2].key == device_key);

    datapath.writes.clear();
    (void)reconciler.delta({{}, {key_of(first)}}, 102);
    CHECK(ports.size() == 1);
    CHECK(from_bytes<weft_port>(ports[device_key]).attachment == 6);
    std::erase_if(datapath.writes, [](const auto& write) { return write.map != MapId::port; });
    CHECK(datapath.writes.front().key == device_key);
}

TEST_CASE("[4.5] an address that another attachment here has is refused, and taken when it is free") {
    FakeDatapath datapath;
    datapath.add_device("tap0", 9);
    datapath.add_device("tap1", 10);
    Reconciler reconciler{datapath};
    const auto first = port(5, "tap0", "10.0.0.9");
    const auto second = port(6, "tap1", "10.0.0.9");
    (void)reconciler.snapshot(desired(first), identity);
    const auto outcome = reconciler.delta({{second}, {}}, 101);
    CHECK(failed(outcome, key_of(second)));
    CHECK_FALSE(failed(outcome, key_of(first)));
    const auto receiver = [&] {
        return from_bytes<weft_local>(datapath.map(MapId::local).begin()->second).attachment;
    };
    CHECK(receiver() == 5);
    CHECK(reconciler.delta({{}, {key_of(first)}}, 102).failed.empty());
    CHECK(receiver() == 6);
}
