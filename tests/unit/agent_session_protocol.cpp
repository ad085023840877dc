// SPDX-License-Identifier: Apache-2.0
// What the agent says in its session and takes from it.
#include "agent_session_world.h"

using namespace weft;
using namespace weft::agent;
using namespace weft::test::agent_session;
using wire::Command;

TEST_CASE("[2.12/installed] a fresh host asks for a snapshot, installs it and acknowledges its revision") {
    World world;
    world.start();
    REQUIRE(world.until([&] { return world.coordinator.hello.has_value(); }));
    const auto& hello = *world.coordinator.hello;
    CHECK(hello.snapshot);
    CHECK(hello.cluster == 0);
    CHECK(hello.revision == 0);
    CHECK(hello.lowest <= 1);
    CHECK(hello.highest >= 1);
    CHECK(hello.capabilities == std::vector<std::string>{"geneve/1", "vxlan/1", "redirect-peer", "lease"});
    CHECK(hello.underlay == std::vector{Address::v4(0xc0000201)});
    CHECK(hello.underlay_mtu == 1500);

    world.coordinator.put(mapping(1));
    world.coordinator.put(mapping(2));
    const auto said = world.coordinator.acknowledgements;
    REQUIRE(world.until([&] { return world.coordinator.acknowledgements > said; }));
    CHECK(world.mappings() == 0);  // nothing takes effect before the commit
    world.coordinator.commit(10);
    REQUIRE(world.installed(10));
    CHECK(world.mappings() == 2);
    CHECK(world.coordinator.installed->failed.empty());
}

TEST_CASE("[2.12/installed] deltas follow, each commit is acknowledged, and a bookmark moves the revision") {
    World world;
    world.install(3);
    world.coordinator.put(mapping(9));
    world.coordinator.send(Command::erase, wire::Erase{schema::DesiredKind::mapping, key_of(mapping(0)).key});
    world.coordinator.commit(11);
    REQUIRE(world.installed(11));
    CHECK(world.mappings() == 3);
    world.coordinator.commit(12);
    REQUIRE(world.installed(12));
    CHECK(world.mappings() == 3);
}

TEST_CASE("[2.12/failed] an object that does not fit is named with its reason, the others are installed") {
    World world;
    world.datapath.capacity[static_cast<std::size_t>(MapId::mapping)] = 2;
    world.install(3);
    REQUIRE(world.coordinator.installed->failed.size() == 1);
    CHECK(world.coordinator.installed->failed[0].kind == schema::DesiredKind::mapping);
    CHECK_FALSE(world.coordinator.installed->failed[0].reason.empty());
    CHECK(world.mappings() == 2);
}

TEST_CASE("[8.5/session] a coordinator that would continue from another state is not believed") {
    World world;
    world.install(3);
    world.coordinator.answer.snapshot = false;
    SUBCASE("another epoch") { world.coordinator.answer.epoch = 0xe2; }
    SUBCASE("another cluster") { world.coordinator.answer.cluster = 0xc2; }
    SUBCASE("another host") { world.coordinator.answer.host.value = 0x78; }
    world.coordinator.hello.reset();
    world.coordinator.channel->close();
    REQUIRE(world.until([&] { return world.coordinator.hello.has_value(); }));
    const auto ended = world.coordinator.ended;
    REQUIRE(world.until([&] { return world.coordinator.ended > ended; }));
    CHECK_FALSE(world.agent->sessions.connected());
    CHECK(world.agent->sessions.problem().find("not this host's") != std::string::npos);
    CHECK(world.mappings() == 3);
}

TEST_CASE("[8.5/session] a malformed message ends the session and nothing of its commit takes effect") {
    World world;
    world.install(3);
    const auto ended = world.coordinator.ended;
    world.coordinator.hello.reset();
    world.coordinator.put(mapping(8));
    wire::Frame frame = wire::pack(Command::put, encode_object(mapping(9)).value()).value();
    SUBCASE("truncated attribute") { frame.payload.resize(frame.payload.size() - 5); }
    SUBCASE("unknown attribute") { frame.payload.insert(frame.payload.end(), {4, 0, 0x34, 0}); }
    SUBCASE("unknown kind") { frame.payload[4] = 99; }
    world.coordinator.channel->send(frame);
    world.coordinator.commit(11);
    REQUIRE(world.until([&] { return world.coordinator.ended > ended; }));
    CHECK(world.mappings() == 3);
    REQUIRE(world.until([&] { return world.coordinator.hello.has_value(); }));
    CHECK(world.coordinator.hello->revision == 10);
}

TEST_CASE("[8.5/session] without a common protocol, or refused, there is no session and the reason is kept") {
    World world;
    std::string expected;
    SUBCASE("protocol") {
        world.coordinator.answer.lowest = 7;
        world.coordinator.answer.highest = 9;
        expected = "7..9";
    }
    SUBCASE("refused") {
        world.coordinator.refuse.code = static_cast<std::uint16_t>(ErrorCode::refused);
        world.coordinator.refuse.text = "this host is not declared";
        expected = "this host is not declared";
    }
    world.start();
    REQUIRE(world.until([&] { return world.coordinator.connections >= 2; }));
    CHECK_FALSE(world.agent->sessions.connected());
    CHECK(world.agent->sessions.problem().find(expected) != std::string::npos);
}

TEST_CASE("[6.1/report] capabilities and problems are reported after the hello and when they change") {
    World world;
    world.datapath.host_report.problems = {"udp port 4789 is taken"};
    world.install(1);
    REQUIRE(world.until([&] { return world.coordinator.report.has_value(); }));
    CHECK(world.coordinator.report->problem == "udp port 4789 is taken");
    world.coordinator.report.reset();
    world.datapath.host_report = {{"geneve/1"}, {}, {Address::v4(0xc0000202)}, 1400};
    world.agent->installation.environment_changed();
    REQUIRE(world.until([&] { return world.coordinator.report.has_value(); }));
    CHECK(world.coordinator.report->capabilities == std::vector<std::string>{"geneve/1", "lease"});
    CHECK(world.coordinator.report->underlay == std::vector{Address::v4(0xc0000202)});
    CHECK(world.coordinator.report->underlay_mtu == 1400);
    CHECK(world.coordinator.report->problem.empty());
}

TEST_CASE("[8.3/counters] counters are answered under the request's sequence, of one record or of all") {
    World world;
    world.install(1);
    world.datapath.record_counters = {{5, 1, 100, 2, 200, 3, 0}, {6, 7, 700, 0, 0, 0, 0}};
    world.datapath.drop_counters = {{5, 17, 1, 3, 300}, {0, 17, 0, 4, 400}};
    world.coordinator.send(Command::counters, wire::CountersRequest{to_string(Id{Kind::record, 5})}, 31,
                           wire::flag_request);
    REQUIRE(world.until([&] { return !world.coordinator.others.empty(); }));
    const auto frame = world.coordinator.others.front();
    CHECK(frame.sequence == 31);
    const auto counters = wire::unpack<wire::Counters>(frame, Command::counters);
    REQUIRE(counters.has_value());
    REQUIRE(counters->records.size() == 1);
    CHECK(counters->records[0].record == Id{Kind::record, 5});
    CHECK(counters->records[0].tx_bytes == 100);
    CHECK(counters->records[0].rx_packets == 2);
    REQUIRE(counters->records[0].drops.size() == 1);
    CHECK(counters->records[0].drops[0].reason == 17);
    CHECK(counters->records[0].drops[0].packets == 3);

    world.coordinator.others.clear();
    world.coordinator.send(Command::counters, wire::CountersRequest{"i1"}, 32, wire::flag_request);
    REQUIRE(world.until([&] { return !world.coordinator.others.empty(); }));
    const auto refused = wire::unpack<wire::Ack>(world.coordinator.others.front(), Command::ack);
    REQUIRE(refused.has_value());
    CHECK(refused->code == static_cast<std::uint16_t>(ErrorCode::invalid));
}
