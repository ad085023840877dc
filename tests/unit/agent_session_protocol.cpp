// SPDX-License-Identifier: Apache-2.0
// The agent's session against a coordinator played by the test, over a real channel.
#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <deque>

#include "agent/installation.h"
#include "agent/session/reconnect.h"
#include "agent/state/object.h"
#include "tests/harness/fake_datapath.h"
#include "tests/harness/scratch.h"
#include "tests/harness/wait.h"
#include "weft/base/file.h"
#include "weft/wire/message.h"
#include "weft/wire/message/request.h"

using namespace weft;
using namespace weft::agent;
using weft::test::FakeDatapath;
using weft::test::run_until;
using weft::test::Scratch;
namespace asio = boost::asio;
using asio::local::stream_protocol;
using wire::Command;

namespace {

constexpr Id host_id{Kind::host, 0x77};

Object mapping(unsigned last) {
    return schema::Mapping{
        7, Prefix::host(Address::v4(0x0a010000 + last)), host_id, {Kind::record, last + 1}, {}, 0};
}

// Accepts the agent's connections and keeps what it says.
struct Coordinator {
    explicit Coordinator(asio::io_context& context, const std::string& path)
        : acceptor(context, stream_protocol::endpoint{path}) {
        asio::co_spawn(context, accept(), asio::detached);
    }

    asio::awaitable<void> accept() {
        for (;;) {
            auto accepted = wire::Channel::accept_unix(co_await acceptor.async_accept(asio::use_awaitable));
            channel = accepted.value();
            ++connections;
            asio::co_spawn(acceptor.get_executor(), read(channel), asio::detached);
        }
    }
    asio::awaitable<void> read(wire::Channel::Pointer from) {
        for (;;) {
            auto frame = co_await from->read();
            if (!frame) break;
            if (frame->type == static_cast<std::uint16_t>(Command::hello)) {
                hello = wire::unpack<wire::Hello>(*frame, Command::hello).value();
                if (refuse.code != 0)
                    from->send(wire::pack(Command::ack, refuse, frame->sequence).value());
                else
                    from->send(wire::pack(Command::hello, answer, frame->sequence).value());
            } else if (frame->type == static_cast<std::uint16_t>(Command::installed)) {
                installed = wire::unpack<wire::Installed>(*frame, Command::installed).value();
                ++acknowledgements;
            } else if (frame->type == static_cast<std::uint16_t>(Command::report)) {
                report = wire::unpack<wire::Report>(*frame, Command::report).value();
            } else {
                others.push_back(std::move(*frame));
            }
        }
        ++ended;
    }

    template <class T>
    void send(Command command, const T& body, std::uint32_t sequence = 0, std::uint16_t flags = 0) {
        channel->send(wire::pack(command, body, sequence, flags).value());
    }
    void put(const Object& object) { send(Command::put, encode_object(object).value()); }
    void commit(std::uint64_t revision, bool confirm = false) {
        send(Command::commit, wire::Commit{revision, confirm});
    }

    stream_protocol::acceptor acceptor;
    wire::Channel::Pointer channel;
    wire::Hello answer{1, 1, "test", 0xc1, 0xe1, 0, true, {}, {}, 0, host_id};
    wire::Ack refuse;
    unsigned connections{0};
    unsigned ended{0};
    unsigned acknowledgements{0};
    std::optional<wire::Hello> hello;
    std::optional<wire::Installed> installed;
    std::optional<wire::Report> report;
    std::deque<wire::Frame> others;
};

// The agent's process: dies with the object; the datapath and the directory outlive it.
struct Process {
    Process(asio::io_context& context, FakeDatapath& datapath, const Scratch& scratch)
        : installation(datapath, StateFile{scratch.path()}, {}),
          renewal({"", scratch / "none.pem", ""}, clock),
          sessions([path = scratch / "coordinator"] { return wire::Channel::connect_unix(path); },
                   installation, renewal) {
        REQUIRE(installation.adopt().has_value());
        installation.on_change = [this] { sessions.tell(); };
        asio::co_spawn(context, sessions.run(), [this](std::exception_ptr) { done = true; });
    }

    SystemClock clock;
    Installation installation;
    Renewal renewal;
    Reconnect sessions;
    bool done{false};
};

struct World {
    Scratch scratch;
    asio::io_context context{1};
    Coordinator coordinator{context, scratch / "coordinator"};
    FakeDatapath datapath;
    std::optional<Process> agent;

    World() {
        datapath.host_report = {
            {"geneve/1", "vxlan/1", "redirect-peer"}, {}, {Address::v4(0xc0000201)}, 1500};
    }
    ~World() { stop(); }
    void start() { agent.emplace(context, datapath, scratch); }
    void stop() {
        if (!agent) return;
        agent->sessions.stop();
        CHECK(until([&] { return agent->done; }));
        agent.reset();
    }
    template <class Condition>
    [[nodiscard]] bool until(Condition&& condition) {
        return run_until(context, std::forward<Condition>(condition));
    }
    [[nodiscard]] bool installed(std::uint64_t revision) {
        return until([&] { return coordinator.installed && coordinator.installed->revision == revision; });
    }
    // A fresh host with `count` mappings of revision 10.
    void install(unsigned count) {
        start();
        REQUIRE(until([&] { return coordinator.hello.has_value(); }));
        for (unsigned i = 0; i < count; ++i) coordinator.put(mapping(i));
        coordinator.commit(10);
        REQUIRE(installed(10));
    }
    [[nodiscard]] std::size_t mappings() { return datapath.map(MapId::mapping).size(); }
};

}  // namespace

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
    CHECK(hello.capabilities == std::vector<std::string>{"geneve/1", "vxlan/1", "redirect-peer"});
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
    CHECK(world.coordinator.report->capabilities == std::vector<std::string>{"geneve/1"});
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
