// SPDX-License-Identifier: Apache-2.0
// The agent's local socket as weft status, weft counters and weft monitor use it.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstring>

#include "agent/report/counters_message.h"
#include "agent/report/drop_reason.h"
#include "agent/report/local_server.h"
#include "agent/report/status_message.h"
#include "tests/harness/scratch.h"
#include "tests/harness/wait.h"
#include "weft/abi/drop_reason.h"
#include "weft/base/file.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"
#include "weft/wire/message/hello.h"

using namespace weft;
using namespace weft::agent;
using weft::test::run_until;
using weft::test::Scratch;
namespace asio = boost::asio;
using wire::Command;

namespace {

constexpr std::array<RecordCounter, 1> counters{{{5, 1, 100, 2, 200, 3, 0}}};
constexpr std::array<DropCounter, 3> drops{{{5, 17, 1, 3, 300}, {0, 17, 0, 4, 400}, {0, 2, 0, 6, 600}}};

struct World {
    Scratch scratch;
    std::string path{scratch / "agent.sock"};
    asio::io_context context{1};
    LostEvents lost_drops;
    LostEvents lost_verdicts;
    Watched watched;
    Monitor monitor{
        [](std::uint32_t ifindex) { return "dev" + std::to_string(ifindex); },
        [this](weft_event_sort sort) { return sort == WEFT_EVENT_DROPS ? lost_drops : lost_verdicts; },
        [this](const Watched& now) { watched = now; }};
    Capture capture{{}};
    LocalServer server{context,
                       {[] {
                            wire::Status status;
                            status.program = "test";
                            status.revision = 9;
                            return status;
                        },
                        [](const std::string& record) -> Result<std::vector<wire::Counters>> {
                            if (!record.empty()) return not_found("no such record");
                            return counters_messages(record_counters(counters, drops, "h1", {}));
                        }},
                       monitor,
                       capture};
    wire::Channel::Pointer client;
    std::vector<wire::Frame> received;
    bool ended{false};

    World() {
        REQUIRE(server.listen(path).has_value());
        asio::co_spawn(context, server.run(), asio::detached);
        asio::co_spawn(context, connect(), asio::detached);
        REQUIRE(run_until(context, [&] { return client != nullptr; }));
    }
    ~World() {
        client->close();
        server.stop();
        CHECK(run_until(context, [&] { return ended; }));
    }

    asio::awaitable<void> connect() {
        auto connected = co_await wire::Channel::connect_unix(path);
        client = connected.value();
        for (;;) {
            auto frame = co_await client->read();
            if (!frame) break;
            received.push_back(std::move(*frame));
        }
        ended = true;
    }
    template <class T>
    void ask(Command command, const T& body, std::uint32_t sequence) {
        client->send(wire::pack(command, body, sequence, wire::flag_request).value());
    }
    [[nodiscard]] bool answers(std::size_t count) {
        return run_until(context, [&] { return received.size() >= count; });
    }
    [[nodiscard]] wire::Ack ack() {
        REQUIRE(answers(1));
        return wire::unpack<wire::Ack>(received.back(), Command::ack).value();
    }
};

weft_event event(std::uint64_t record, std::uint32_t reason) {
    weft_event made{};
    made.time = 5'000'000;
    made.record = record;
    made.kind = WEFT_EVENT_DROP;
    made.reason = reason;
    made.ifindex = 3;
    made.length = 60;
    made.captured = 14;
    const std::uint8_t lldp[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xcc};
    std::memcpy(made.packet, lldp, sizeof(lldp));
    return made;
}

}  // namespace

TEST_CASE("[8.3/local] hello, status and counters are answered under their sequence") {
    World world;
    wire::Hello hello;
    hello.lowest = hello.highest = 1;
    world.ask(Command::hello, hello, 1);
    world.client->send(wire::empty_frame(Command::status, 2, wire::flag_request));
    world.ask(Command::counters, wire::CountersRequest{}, 3);
    REQUIRE(world.answers(3));
    CHECK(world.received[0].sequence == 1);
    CHECK(wire::unpack<wire::Hello>(world.received[0], Command::hello)->highest == 1);
    CHECK(world.received[1].sequence == 2);
    CHECK(wire::unpack<wire::Status>(world.received[1], Command::status)->revision == 9);
    CHECK(world.received[2].sequence == 3);
    const auto answer = wire::unpack<wire::Counters>(world.received[2], Command::counters).value();
    REQUIRE(answer.records.size() == 2);
    CHECK_FALSE(answer.records[0].record);
    REQUIRE(answer.records[0].drops.size() == 2);
    CHECK(answer.records[0].drops[0].reason == 2);
    CHECK(answer.records[0].drops[0].packets == 6);
    CHECK(answer.records[0].drops[1].packets == 1);  // 4 of the host, 3 of them the record's
    CHECK(answer.records[1].record == Id{Kind::record, 5});
    CHECK(answer.records[1].tx_packets == 1);
    CHECK(answer.records[1].rx_bytes == 200);
    REQUIRE(answer.records[1].drops.size() == 1);
    CHECK(answer.records[1].drops[0].packets == 3);
}

TEST_CASE("[1.12/local] what is wrong gets an error, and the connection goes on") {
    World world;
    wire::Hello hello;
    SUBCASE("another protocol") {
        hello.lowest = hello.highest = 9;
        world.ask(Command::hello, hello, 1);
        CHECK(world.ack().code == static_cast<std::uint16_t>(ErrorCode::unsupported));
    }
    SUBCASE("a message that is not for an agent") {
        world.client->send(wire::empty_frame(Command::list, 1, wire::flag_request));
        CHECK(world.ack().code == static_cast<std::uint16_t>(ErrorCode::unsupported));
    }
    SUBCASE("a malformed body") {
        auto frame = wire::empty_frame(Command::counters, 1, wire::flag_request);
        frame.payload = {9, 0, 1, 0};
        world.client->send(frame);
        CHECK(world.ack().code == static_cast<std::uint16_t>(ErrorCode::invalid));
    }
    SUBCASE("a handler's error") {
        world.ask(Command::counters, wire::CountersRequest{"rec-x"}, 1);
        CHECK(world.ack().code == static_cast<std::uint16_t>(ErrorCode::not_found));
    }
    SUBCASE("an unknown drop reason") {
        wire::MonitorRequest request;
        request.reason = "bad_mood";
        world.ask(Command::monitor, request, 1);
        CHECK(world.ack().field == "reason");
    }
    SUBCASE("a record that is no id") {
        wire::MonitorRequest request;
        request.record = "blue/i1";
        world.ask(Command::monitor, request, 1);
        CHECK_FALSE(world.ack().text.empty());
    }
    const auto before = world.received.size();
    world.client->send(wire::empty_frame(Command::status, 7, wire::flag_request));
    REQUIRE(world.answers(before + 1));
    CHECK(world.received.back().type == static_cast<std::uint16_t>(Command::status));
}

TEST_CASE("[8.3/monitor] drops are streamed under the request's sequence, filtered, with what was lost") {
    World world;
    wire::MonitorRequest request;
    const auto reason = std::string(drop_reason(WEFT_DROP_disabled).name);
    SUBCASE("all") {}
    SUBCASE("of one record") { request.record = to_string(Id{Kind::record, 5}); }
    SUBCASE("of one reason") { request.reason = reason; }
    world.ask(Command::monitor, request, 4);
    world.client->send(wire::empty_frame(Command::status, 5, wire::flag_request));
    REQUIRE(world.answers(1));  // the status: the monitor runs
    world.received.clear();
    world.monitor.on_event(event(6, WEFT_DROP_no_route));  // the filters' non-match
    world.lost_drops.rate = 12;
    world.monitor.on_event(event(5, WEFT_DROP_disabled));
    const bool all = request.record.empty() && request.reason.empty();
    REQUIRE(world.answers(all ? 2 : 1));
    const auto& frame = world.received.back();
    CHECK(frame.sequence == 4);
    const auto drop = wire::unpack<wire::PacketEvent>(frame, Command::packet_event).value();
    CHECK(drop.record == Id{Kind::record, 5});
    CHECK(drop.reason == WEFT_DROP_disabled);
    CHECK(drop.name == "disabled");
    CHECK(drop.text == "the record is disabled");
    CHECK(drop.device == "dev3");
    CHECK(drop.packet == "02:00:00:00:00:01 > 02:00:00:00:00:02, type 0x88cc, 60 bytes");
    CHECK(drop.lost == 12);
    CHECK(world.received.size() == (all ? 2 : 1));
}

TEST_CASE("[8.3/monitor] a watcher that does not read loses samples and is told how many") {
    World world;
    world.ask(Command::monitor, wire::MonitorRequest{}, 4);
    world.client->send(wire::empty_frame(Command::status, 5, wire::flag_request));
    REQUIRE(world.answers(1));
    world.received.clear();
    unsigned sent = 20000;
    for (unsigned i = 0; i < sent; ++i) world.monitor.on_event(event(5, WEFT_DROP_disabled));  // nobody reads
    const auto accounted = [&] {
        std::uint64_t seen = 0;
        for (const auto& frame : world.received)
            seen += 1 + wire::unpack<wire::PacketEvent>(frame, Command::packet_event)->lost;
        return seen;
    };
    std::size_t last = 0;
    unsigned idle = 0;
    REQUIRE(run_until(world.context, [&] {
        if (accounted() == sent) return true;
        idle = world.received.size() == last ? idle + 1 : 0;
        last = world.received.size();
        if (idle % 10 == 9) {  // all that was kept is here: the next one tells
            world.monitor.on_event(event(5, WEFT_DROP_disabled));
            ++sent;
        }
        return false;
    }));
    CHECK(world.received.size() < sent);
}

TEST_CASE(
    "[8.3/monitor] verdicts are sampled while somebody asks for them, of those records and directions") {
    World world;
    const std::uint32_t both = WEFT_PORT_WATCH_TX | WEFT_PORT_WATCH_RX;
    const auto ask = [&](std::uint64_t record, const char* direction, bool verdicts, std::uint32_t sequence) {
        wire::MonitorRequest request;
        if (record != 0) request.record = to_string(Id{Kind::record, record});
        request.direction = direction;
        request.verdicts = verdicts;
        world.ask(Command::monitor, request, sequence);
    };
    const auto leads_to = [&](std::uint64_t record, std::uint32_t flags) {
        return run_until(world.context, [&] { return world.watched.flags(record) == flags; });
    };
    ask(5, "tx", true, 1);
    CHECK(leads_to(5, WEFT_PORT_WATCH_TX));
    CHECK(world.watched.flags(6) == 0);
    ask(6, "", false, 2);  // drops alone
    ask(5, "rx", true, 3);
    CHECK(leads_to(5, both));
    CHECK(world.watched.flags(6) == 0);
    ask(0, "", true, 4);
    CHECK(leads_to(6, both));

    SUBCASE("until it says that it is done") {
        world.received.clear();
        world.client->send(wire::empty_frame(Command::done, 4, wire::flag_request));
        REQUIRE(run_until(world.context, [&] {
            return !world.received.empty() &&
                   world.received.back().type == static_cast<std::uint16_t>(Command::done);
        }));
    }
    SUBCASE("until it is gone") { world.client->close(); }
    CHECK(leads_to(5, 0));
    CHECK(world.watched == Watched{});
}

TEST_CASE("[8.3/monitor] losses are told though no event comes, by where they happened") {
    World world;
    wire::MonitorRequest request;
    request.verdicts = true;
    world.ask(Command::monitor, request, 4);
    REQUIRE(run_until(world.context, [&] { return world.watched.flags(1) != 0; }));
    world.lost_drops = {3, 4};
    world.lost_verdicts = {10, 20};
    REQUIRE(world.answers(1));
    auto told = wire::unpack<wire::PacketEvent>(world.received.back(), Command::packet_event).value();
    CHECK(told.verdict == wire::PacketVerdict::lost);
    CHECK(told.lost_rate == 13);
    CHECK(told.lost_ring == 24);
    CHECK(told.lost_reader == 0);
    CHECK(told.lost == 37);
    world.lost_verdicts.rate = 11;  // one more, told at the end
    world.client->send(wire::empty_frame(Command::done, 4, wire::flag_request));
    REQUIRE(world.answers(3));
    told = wire::unpack<wire::PacketEvent>(world.received[1], Command::packet_event).value();
    CHECK(told.lost == 1);
}

TEST_CASE("[8.3/local] the socket is root's alone; a running agent's is kept, a dead one's replaced") {
    World world;
    struct stat status {};
    REQUIRE(::stat(world.path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    Monitor monitor{[](std::uint32_t) { return std::string{}; }, [](weft_event_sort) { return LostEvents{}; },
                    [](const Watched&) {}};
    Capture capture{{}};
    LocalServer second{world.context, {}, monitor, capture};
    const auto taken = second.listen(world.path);
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error().code == ErrorCode::conflict);

    const auto dead = world.scratch / "dead.sock";
    {
        asio::io_context other;
        asio::local::stream_protocol::acceptor acceptor{other, asio::local::stream_protocol::endpoint{dead}};
    }
    CHECK(second.listen(dead).has_value());
}

TEST_CASE("[8.3/counters] many records are cut into messages that can be sent, none is lost") {
    std::vector<wire::RecordCounters> records;
    for (std::uint64_t i = 1; i <= 3000; ++i) {
        wire::RecordCounters record;
        record.record = {Kind::record, i};
        record.host = "h1";
        for (std::uint32_t reason = 1; reason <= i % 60; ++reason)
            record.drops.push_back({reason, "a_reason_with_a_long_name", i});
        records.push_back(record);
    }
    const auto messages = counters_messages(records);
    CHECK(messages.size() > 1);
    std::vector<wire::RecordCounters> back;
    for (const auto& message : messages) {
        const auto frame = wire::pack(Command::counters, message);
        REQUIRE(frame.has_value());
        const auto read = wire::unpack<wire::Counters>(*frame, Command::counters);
        REQUIRE(read.has_value());
        back.insert(back.end(), read->records.begin(), read->records.end());
    }
    CHECK(back == records);
    CHECK(counters_messages({}).size() == 1);
}

TEST_CASE("[8.3/status] the agent's status says what waits, what failed and why it is not connected") {
    wire::Report report;
    report.capabilities = {"geneve/1"};
    report.underlay = {Address::v4(0xc0000201)};
    report.underlay_mtu = 1500;
    Outcome outcome;
    outcome.revision = 12;
    outcome.failed = {{{schema::DesiredKind::mapping, "7 10.1.0.1/32"}, "the map is full"}};
    outcome.waiting = {{{schema::DesiredKind::port, "att-1"}, "no device tap0"}};
    AgentState state{{1, 2, 12, 3}, outcome, report, "h1", 5, false, "connection refused", {}};
    auto status = status_message(state);
    REQUIRE(status.hosts.size() == 1);
    CHECK(status.hosts[0].session == schema::SessionState::lost);
    CHECK(status.hosts[0].failed == std::vector<std::string>{"mapping 7 10.1.0.1/32: the map is full"});
    CHECK(status.hosts[0].waiting == std::vector<std::string>{"port att-1: no device tap0"});
    CHECK(status.hosts[0].problem == "connection refused");
    CHECK(status.facts.at("underlay") == "192.0.2.1");
    state.connected = true;
    CHECK(status_message(state).hosts[0].session == schema::SessionState::connected);
    state.outcome.needs_confirmation = "another epoch";
    CHECK(status_message(state).hosts[0].session == schema::SessionState::needs_confirmation);
}
