// SPDX-License-Identifier: Apache-2.0
// What the agent keeps over lost sessions, restarts and coordinators that it does not know.
#include "agent_session_world.h"

using namespace weft;
using namespace weft::agent;
using namespace weft::test::agent_session;
using wire::Command;

TEST_CASE("[8.5/reconnect] a lost session changes nothing, and the next one continues from its revision") {
    World world;
    world.install(3);
    const auto writes = world.datapath.writes.size();
    world.coordinator.hello.reset();
    world.coordinator.answer.snapshot = false;
    world.coordinator.channel->close();
    REQUIRE(world.until([&] { return world.coordinator.hello.has_value(); }));
    CHECK(world.coordinator.hello->cluster == 0xc1);
    CHECK(world.coordinator.hello->epoch == 0xe1);
    CHECK(world.coordinator.hello->revision == 10);
    CHECK_FALSE(world.coordinator.hello->snapshot);
    CHECK(world.mappings() == 3);
    CHECK(world.datapath.writes.size() == writes);

    world.coordinator.put(mapping(5));
    world.coordinator.commit(11);
    REQUIRE(world.installed(11));
    CHECK(world.mappings() == 4);
}

TEST_CASE("[8.5/restart] a restarted agent knows what it was told, and continues from there") {
    World world;
    world.install(3);
    world.coordinator.put(mapping(5));
    world.coordinator.commit(11);
    REQUIRE(world.installed(11));
    world.stop();
    const auto writes = world.datapath.writes.size();
    world.coordinator.hello.reset();
    world.coordinator.answer.snapshot = false;
    world.start();
    REQUIRE(world.until([&] { return world.coordinator.hello.has_value(); }));
    CHECK_FALSE(world.coordinator.hello->snapshot);
    CHECK(world.coordinator.hello->revision == 11);
    CHECK(world.mappings() == 4);
    for (auto i = writes; i < world.datapath.writes.size(); ++i)
        CHECK(world.datapath.writes[i].map == MapId::config);
}

TEST_CASE(
    "[8.5/restart] a damaged or outdated state file is ignored: nothing is flushed, a snapshot is asked "
    "for") {
    World world;
    world.install(3);
    const StateFile file{world.scratch.path()};
    const auto old = read_file(file.path()).value();
    world.coordinator.put(mapping(5));
    world.coordinator.commit(11);
    REQUIRE(world.installed(11));
    world.stop();
    const auto writes = world.datapath.writes.size();
    SUBCASE("damaged") { REQUIRE(replace_file(file.path(), std::string("not a journal")).has_value()); }
    SUBCASE("of an older revision") { REQUIRE(replace_file(file.path(), old).has_value()); }
    SUBCASE("gone") { REQUIRE(std::filesystem::remove(file.path())); }
    world.coordinator.hello.reset();
    world.start();
    REQUIRE(world.until([&] { return world.coordinator.hello.has_value(); }));
    CHECK(world.coordinator.hello->snapshot);
    CHECK(world.coordinator.hello->revision == 11);
    world.agent->installation.repair();
    CHECK(world.datapath.writes.size() == writes);
    CHECK(world.mappings() == 4);

    for (const unsigned i : {0U, 1U, 5U}) world.coordinator.put(mapping(i));  // 2 went meanwhile
    world.coordinator.commit(12);
    REQUIRE(world.installed(12));
    CHECK(world.mappings() == 3);
}

TEST_CASE("[8.5/guard] a snapshot of another epoch is held back until confirmed") {
    World world;
    world.install(3);
    world.coordinator.answer.epoch = 0xe2;
    world.coordinator.hello.reset();
    world.coordinator.channel->close();
    REQUIRE(world.until([&] { return world.coordinator.hello.has_value(); }));
    CHECK(world.coordinator.hello->epoch == 0xe1);
    world.coordinator.put(mapping(8));
    world.coordinator.commit(20);
    REQUIRE(world.until([&] { return world.coordinator.installed->needs_confirmation; }));
    CHECK(world.coordinator.installed->revision == 10);
    CHECK_FALSE(world.coordinator.installed->problem.empty());
    CHECK(world.mappings() == 3);

    SUBCASE("confirmed, with what came meanwhile") {
        world.coordinator.put(mapping(9));
        world.coordinator.commit(21);
        world.coordinator.commit(22, true);
        REQUIRE(world.installed(22));
        CHECK_FALSE(world.coordinator.installed->needs_confirmation);
        CHECK(world.mappings() == 2);
    }
    SUBCASE("a restart keeps what is installed and asks again") {
        world.stop();
        world.coordinator.hello.reset();
        world.start();
        REQUIRE(world.until([&] { return world.coordinator.hello.has_value(); }));
        CHECK(world.coordinator.hello->epoch == 0xe1);
        CHECK(world.coordinator.hello->revision == 10);
        CHECK(world.mappings() == 3);
    }
}

TEST_CASE("[8.5/guard] a snapshot that would remove over half of more than 100 objects is held back") {
    World world;
    world.install(101);
    world.coordinator.hello.reset();
    world.coordinator.channel->close();
    REQUIRE(world.until([&] { return world.coordinator.hello.has_value(); }));
    unsigned kept = 0;
    SUBCASE("51 of 101 removed: held back") { kept = 50; }
    SUBCASE("50 of 101 removed: installed") { kept = 51; }
    for (unsigned i = 0; i < kept; ++i) world.coordinator.put(mapping(i));
    world.coordinator.commit(20);
    if (kept == 50) {
        REQUIRE(world.until([&] { return world.coordinator.installed->needs_confirmation; }));
        CHECK(world.mappings() == 101);
        world.coordinator.commit(21, true);
        REQUIRE(world.installed(21));
    } else {
        REQUIRE(world.installed(20));
    }
    CHECK(world.mappings() == kept);
}
