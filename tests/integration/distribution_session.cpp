// SPDX-License-Identifier: Apache-2.0
// What hosts are sent over the life of their sessions.
#include <sqlite3.h>

#include <set>

#include "cloud.h"

using namespace weft;
using namespace weft::test;
using schema::SessionState;
using wire::Wait;

namespace {

// Partition blue, hosts h1 and h2, r1 attached on h1 and r2 on h2.
void attach_two(World& world) {
    world.add_blue();
    world.add_hosts(2);
    world.create_instance("i1", "h1");
    world.create_instance("i2", "h2");
    world.create_record("r1", "10.1.2.30");
    world.create_record("r2", "10.1.2.50");
    REQUIRE(world.attach("r1", "i1").has_value());
    REQUIRE(world.attach("r2", "i2").has_value());
}

void execute(const std::string& database, const char* statement) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(database.c_str(), &handle) == SQLITE_OK);
    REQUIRE(sqlite3_exec(handle, statement, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(handle);
}

}  // namespace

TEST_CASE("[2.1/installed] attach is answered when the hosts concerned have installed it") {
    World world;
    world.add_blue();
    world.add_hosts(2);
    world.create_instance("i1", "h1");
    world.create_instance("i2", "h2");
    world.create_record("r1", "10.1.2.30");
    world.create_record("r2", "10.1.2.50");
    REQUIRE(world.attach("r1", "i1").has_value());
    const auto ack = world.attach("r2", "i2");
    REQUIRE_MESSAGE(ack.has_value(), (ack ? "" : ack.error().message()));
    CHECK(ack->lost_hosts.empty());
    CHECK(ack->took_us > 0);  // row 2.12

    const auto ports = world.held<schema::Port>("h2");
    REQUIRE(ports.size() == 1);
    CHECK(ports[0].addresses == std::vector{Address::parse("10.1.2.50").value()});
    CHECK(ports[0].transmit);
    CHECK(ports[0].device == "tap0");
    CHECK(ports[0].mtu == 1500 - 74);
    // Both hosts: mappings and sources of both records, two routes of the subnet, both hosts as peers.
    for (const auto* host : {"h1", "h2"}) {
        INFO(host);
        CHECK(world.held<schema::Mapping>(host).size() == 2);
        CHECK(world.held<schema::Source>(host).size() == 2);
        CHECK(world.held<schema::Route>(host).size() == 2);
        REQUIRE(world.held<schema::Peer>(host).size() == 2);
        for (const auto& peer : world.held<schema::Peer>(host)) {
            const bool self = peer.name == host;
            CHECK(peer.send_framework == (self ? "" : "geneve/1"));
            CHECK(static_cast<bool>(peer.send_to) != self);
        }
    }
    CHECK(world.held<schema::Port>("h1").size() == 1);
}

TEST_CASE("[2.4/withdraw][3.4/receive] after a detach the host holds nothing of the partition any more") {
    World world;
    attach_two(world);
    REQUIRE(world.detach("r2").has_value());
    CHECK(world.held<schema::Port>("h2").empty());
    CHECK(world.held<schema::Mapping>("h2").empty());
    CHECK(world.held<schema::Source>("h2").empty());
    CHECK(world.held<schema::Route>("h2").empty());
    CHECK(world.held<schema::Peer>("h2").size() == 1);  // itself
    CHECK(world.held<schema::Mapping>("h1").size() == 1);
    CHECK(world.held<schema::Peer>("h1").size() == 1);
}

TEST_CASE("[2.12/bookmark] a host that a change does not concern learns of its revision without any object") {
    World world;
    attach_two(world);
    const auto before = world.fleet.run([&] { return world.host("h1").target.puts; });
    const auto revision = world.create_record("r3").revision;
    CHECK(world.fleet.wait([&] { return world.host("h1").target.identity.revision >= revision; }));
    CHECK(world.fleet.run([&] { return world.host("h1").target.puts; }) == before);
    CHECK(world.wait_for([&] { return world.status("h1").installed >= revision; }));
}

TEST_CASE("[8.2/resume] a restarted coordinator continues every session from where its host is") {
    World world;
    attach_two(world);
    const auto held = world.held<schema::Mapping>("h1");
    world.coordinator.stop();
    world.coordinator.start();
    REQUIRE(world.wait_for([&] {
        return world.session("h1") == SessionState::connected &&
               world.session("h2") == SessionState::connected;
    }));
    REQUIRE(world.detach("r2").has_value());
    CHECK(world.held<schema::Mapping>("h1").size() == held.size() - 1);
    for (auto& host : world.fleet.hosts()) CHECK(world.fleet.run([&] { return host.target.snapshots; }) == 1);
}

TEST_CASE("[2.12/continue] a host that was away gets what changed meanwhile, and nothing else") {
    World world;
    attach_two(world);
    world.fleet.run([&] { world.host("h1").agent->stop(); });
    REQUIRE(world.wait_for([&] { return world.session("h1") != SessionState::connected; }));
    REQUIRE(world.set_status("r1", "disabled").has_value());
    const auto away = world.fleet.run([&] {
        auto& host = world.host("h1");
        const auto puts = host.target.puts;
        host.agent = std::make_unique<SimulatedAgent>(world.fleet.context(), world.coordinator.port(),
                                                      world.fleet.files_of("h1"), host.target);
        host.agent->start();
        return puts;
    });
    CHECK(world.fleet.wait([&] {
        const auto& ports = world.host("h1").target.desired.of<schema::Port>();
        return ports.size() == 1 && ports.begin()->second.disabled;
    }));
    CHECK(world.fleet.run([&] { return world.host("h1").target.snapshots; }) == 1);
    // The port, and the record's mapping and source, which may have changed with it.
    CHECK(world.fleet.run([&] { return world.host("h1").target.puts; }) - away <= 3);
}

TEST_CASE("[8.5/epoch] after a restore, or on request, a host gets a snapshot") {
    World world;
    attach_two(world);
    world.coordinator.stop();
    execute(world.coordinator.database(), "UPDATE meta SET epoch = epoch + 1");
    world.coordinator.start();
    CHECK(world.fleet.wait([&] { return world.host("h1").target.snapshots == 2; }));
    CHECK(world.fleet.run([&] { return world.host("h1").target.identity.epoch; }) ==
          world.client().status()->epoch);
    CHECK(world.held<schema::Mapping>("h1").size() == 2);

    REQUIRE(world.fleet.wait([&] { return world.host("h2").target.snapshots == 2; }));
    world.fleet.run([&] { world.host("h2").target.ask_snapshot = true; });
    world.coordinator.stop();
    world.coordinator.start();
    CHECK(world.fleet.wait([&] { return world.host("h2").target.snapshots == 3; }));
}

TEST_CASE("[8.5/floor] below the floor of the change feed a host gets a snapshot") {
    World world;
    attach_two(world);
    world.fleet.run([&] { world.host("h1").target.identity.revision = 1; });
    world.coordinator.stop();
    execute(world.coordinator.database(),
            "DELETE FROM change WHERE revision <= 3; UPDATE meta SET feed_floor = 3");
    world.coordinator.start();
    CHECK(world.fleet.wait([&] { return world.host("h1").target.snapshots == 2; }));
    CHECK(world.fleet.run([&] { return world.host("h2").target.snapshots; }) == 1);
}

TEST_CASE("[2.12/lost] a lost host is named, and does not hold up those who wait for connected hosts") {
    World world;
    attach_two(world);
    world.fleet.run([&] { world.host("h2").agent->stop(); });
    REQUIRE(world.wait_for([&] { return world.session("h2") == SessionState::lost; }));
    const auto installed = world.detach("r1", Wait::installed);
    REQUIRE_MESSAGE(installed.has_value(), (installed ? "" : installed.error().message()));
    CHECK(installed->lost_hosts == std::vector<std::string>{"h2"});
    CHECK(world.held<schema::Port>("h1").empty());

    const auto all = world.attach("r1", "i1", Wait::all, 300);
    REQUIRE(!all.has_value());
    CHECK(all.error().code == ErrorCode::timeout);  // exit code 7
    CHECK(all.error().text.find("h2") != std::string::npos);
}

TEST_CASE("[2.1/compensate] what a host cannot install fails the attach with its reason, and is undone") {
    World world;
    world.add_blue();
    world.add_hosts(1);
    world.create_instance("i1", "h1");
    world.create_record("r1", "10.1.2.30");
    world.fleet.run([&] { world.host("h1").target.ports_fail = "the map is full"; });
    const auto ack = world.attach("r1", "i1");
    REQUIRE(!ack.has_value());
    CHECK(ack.error().code == ErrorCode::failed);
    CHECK(ack.error().text.find("programming") != std::string::npos);  // the step
    CHECK(ack.error().text.find("the map is full") != std::string::npos);
    CHECK(world.fleet.wait([&] { return world.host("h1").target.desired.of<schema::Port>().empty(); }));
    CHECK(world.client().list(Kind::attachment)->empty());
}

TEST_CASE("[8.5/confirm] a host that holds back a removal is shown, and goes on when the operator confirms") {
    World world;
    attach_two(world);
    world.fleet.run([&] {
        auto& host = world.host("h1");
        host.target.held_back = "the snapshot would remove 90 of 120 objects";
        host.agent->tell();
    });
    REQUIRE(world.wait_for([&] { return world.session("h1") == SessionState::needs_confirmation; }));
    CHECK(world.status("h1").problem == "the snapshot would remove 90 of 120 objects");
    REQUIRE(world.client().host(wire::Command::confirm, "h1").has_value());
    CHECK(world.fleet.wait([&] { return world.host("h1").target.confirmations == 1; }));
    CHECK(world.wait_for([&] { return world.session("h1") == SessionState::connected; }));
    CHECK(world.fleet.run([&] { return world.host("h2").target.confirmations; }) == 0);
}

TEST_CASE("[6.2/none] two hosts with nothing in common get no framework, and status names both sets") {
    World world;
    world.add_blue();
    SimulatedTarget only_vxlan;
    only_vxlan.self.capabilities = {"vxlan/1"};
    SimulatedTarget only_geneve;
    only_geneve.self.capabilities = {"geneve/1"};
    world.fleet.add("h1", Address::v4(0xc0000201), std::move(only_vxlan));
    world.fleet.add("h2", Address::v4(0xc0000202), std::move(only_geneve));
    world.connect_all();
    world.create_instance("i1", "h1");
    world.create_instance("i2", "h2");
    world.create_record("r1");
    world.create_record("r2");
    REQUIRE(world.attach("r1", "i1").has_value());
    REQUIRE(world.attach("r2", "i2").has_value());
    for (const auto& peer : world.held<schema::Peer>("h1")) {
        CHECK(peer.send_framework.empty());
        CHECK(peer.accept_frameworks.empty());
    }
    CHECK(world.status("h1").problem == "no framework in common: h1 has vxlan/1; h2 has geneve/1");

    // The host finds out more: both sides are told.
    world.fleet.run([&] {
        auto& host = world.host("h2");
        host.target.self.capabilities = {"geneve/1", "vxlan/1"};
        host.agent->tell();
    });
    CHECK(world.fleet.wait([&] {
        const auto& peers = world.host("h1").target.desired.of<schema::Peer>();
        return std::ranges::any_of(peers, [](const auto& p) { return p.second.send_framework == "vxlan/1"; });
    }));
}

TEST_CASE("[8.3/counters] counters are gathered from connected hosts, those that do not answer are named") {
    World world;
    attach_two(world);
    const auto record = parse_id(world.client().resolve(Kind::record, "r1").value()).value();
    world.fleet.run([&] {
        wire::RecordCounters counters;
        counters.record = record;
        counters.tx_packets = 7;
        world.host("h1").target.counted = {{{counters}, {}}};
        world.host("h2").agent->stop();
    });
    REQUIRE(world.wait_for([&] { return world.session("h2") != SessionState::connected; }));
    const auto counters = world.client().counters("").value();
    REQUIRE(counters.records.size() == 1);
    CHECK(counters.records[0].name == "r1");
    CHECK(counters.records[0].host == "h1");
    CHECK(counters.records[0].tx_packets == 7);
    CHECK(counters.missing_hosts == std::vector<std::string>{"h2"});
}
