// SPDX-License-Identifier: Apache-2.0
// Flow logs: the documented format, sums against a plain model, NODATA and SKIPDATA, files within their
// bounds, and what a restart and a death leave.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <sstream>

#include "agent/flow_log/flow_log.h"
#include "agent/reconcile/bytes.h"
#include "tests/harness/fake_datapath.h"
#include "tests/harness/scratch.h"
#include "weft/abi/counter.h"
#include "weft/base/file.h"

using namespace weft;
using namespace weft::agent;
using weft::test::FakeDatapath;
using weft::test::Scratch;

namespace {

constexpr std::uint64_t second = 1'000'000'000;

LogEntry example() {
    LogEntry entry;
    entry.account = "123456789010";
    entry.interface = "eni-1235b8ca123456789";
    entry.source = *Address::parse("172.31.16.139");
    entry.destination = *Address::parse("172.31.16.21");
    entry.source_port = 20641;
    entry.destination_port = 22;
    entry.protocol = 6;
    entry.packets = 20;
    entry.bytes = 4249;
    entry.start = 1418530010;
    entry.end = 1418530070;
    return entry;
}

weft_flow_key key(std::uint64_t record, const char* remote = "10.1.2.50", std::uint8_t protocol = 17,
                  std::uint16_t local_port = 1000, std::uint16_t remote_port = 53) {
    weft_flow_key out{};
    out.record = record;
    out.local = to_abi(*Address::parse("10.1.2.30"));
    out.remote = to_abi(*Address::parse(remote));
    out.local_port = htons(local_port);
    out.remote_port = htons(remote_port);
    out.protocol = protocol;
    return out;
}

// An agent's part of the work over a table of flows in memory; Unix time is monotonic time plus 10^9 s.
struct World {
    Scratch scratch;
    FakeDatapath datapath;
    FlowLogSettings settings;
    std::uint64_t seconds{1000};
    std::unordered_map<std::string, schema::Port> ports;
    std::optional<FlowLog> log;

    World() {
        settings.directory = scratch / "log";
        datapath.flows_at_once = 1000;
        start();
    }

    void start(const std::string& boot = "boot") {
        log.emplace(settings, scratch / "", boot, datapath, [this] {
            return FlowLog::Now{seconds * second, (seconds + 1'000'000'000) * second};
        });
        log->start();
        log->update(ports);
        walk();
    }
    void attach(std::uint64_t record, schema::FlowLog which, const std::string& account = {}) {
        schema::Port port;
        port.attachment = {Kind::attachment, record};
        port.record = {Kind::record, record};
        port.flow_log = which;
        port.account = account;
        ports[port.key()] = port;
        datapath.map(MapId::flow_use)[to_bytes(record)] = {};
        datapath.map(MapId::quota)[to_bytes(record)] = to_bytes(weft_quota{});
        if (log->update(ports)) walk();
    }
    void detach(std::uint64_t record) {
        ports.erase(to_string(Id{Kind::attachment, record}));
        log->update(ports);
    }
    // As the packet path counts.
    void count(const weft_flow_key& flow, std::size_t side, std::uint64_t packets, std::uint64_t bytes) {
        auto& entry = datapath.flow_table[to_bytes(flow)];
        if (entry.key.empty()) {
            entry.key = to_bytes(flow);
            entry.record = entry.attachment = flow.record;
            entry.created = seconds * second;
        }
        entry.packets[side] += packets;
        entry.bytes[side] += bytes;
        entry.last = seconds * second;
        entry.expires = entry.last + 30 * second;
    }
    void refuse(const weft_flow_key& flow, std::uint32_t direction, std::uint64_t packets,
                std::uint64_t bytes) {
        const weft_reject_key at{flow, direction, 0};
        auto& entry = datapath.reject_table[to_bytes(at)];
        if (entry.key.empty()) entry = {to_bytes(at), 0, 0, seconds * second, 0};
        entry.packets += packets;
        entry.bytes += bytes;
        entry.last = seconds * second;
    }
    void walk() {
        std::string position;
        do
            for (const auto& flow : datapath.flows(position).value()) log->seen(flow, false);
        while (!position.empty());
        log->walked();
    }
    // As the collector does with an expired flow.
    void collect(const weft_flow_key& flow) {
        auto removed = datapath.flow_table.extract(to_bytes(flow)).mapped();
        log->seen(removed, true);
    }
    void close() {
        walk();
        log->close();
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> out;
        const auto text = read_text(settings.directory + "/flows.log");
        std::istringstream stream{text ? *text : std::string{}};
        for (std::string line; std::getline(stream, line);) out.push_back(line);
        return out;
    }
};

std::string rec(std::uint64_t value) { return to_string(Id{Kind::record, value}); }

}  // namespace

// The examples of the format's documentation.
TEST_CASE("[8.3/flow-log] lines are those of VPC flow logs, version 2") {
    auto entry = example();
    CHECK(log_line(entry) ==
          "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 "
          "1418530070 "
          "ACCEPT OK\n");
    entry.action = LogAction::reject;
    entry.source = *Address::parse("2001:db8:1234:a100:8d6e:3477:df66:f105");
    CHECK(log_line(entry) ==
          "2 123456789010 eni-1235b8ca123456789 2001:db8:1234:a100:8d6e:3477:df66:f105 172.31.16.21 20641 22 "
          "6 20 "
          "4249 1418530010 1418530070 REJECT OK\n");
    entry = {};
    entry.account = "123456789010";
    entry.interface = "eni-1235b8ca123456789";
    entry.start = 1431280876;
    entry.end = 1431280934;
    entry.status = LogStatus::no_data;
    CHECK(log_line(entry) ==
          "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA\n");
    entry.status = LogStatus::skip_data;
    CHECK(log_line(entry) ==
          "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - SKIPDATA\n");
}

TEST_CASE("[8.3/flow-log] an account is one word, or - when there is none") {
    auto entry = example();
    entry.account = "";
    CHECK(log_line(entry).starts_with("2 - eni-"));
    entry.account = "Sales & Co\nx";
    CHECK(log_line(entry).starts_with("2 Sales_&_Co_x eni-"));
}

TEST_CASE("[8.3/flow-log] JSON has the same fields by name") {
    CHECK(
        log_json(example()) ==
        R"({"version":2,"account-id":"123456789010","interface-id":"eni-1235b8ca123456789",)"
        R"("srcaddr":"172.31.16.139","dstaddr":"172.31.16.21","srcport":20641,"dstport":22,"protocol":6,)"
        R"("packets":20,"bytes":4249,"start":1418530010,"end":1418530070,"action":"ACCEPT","log-status":"OK"})"
        "\n");
    auto entry = example();
    entry.status = LogStatus::no_data;
    entry.account = "a \"b\"";
    CHECK(log_json(entry) == R"({"version":2,"account-id":"a \"b\"","interface-id":"eni-1235b8ca123456789",)"
                             R"("start":1418530010,"end":1418530070,"log-status":"NODATA"})"
                             "\n");
}

TEST_CASE("[8.3/flow-log] each direction of a flow is a line, with what was counted in the interval") {
    World world;
    world.attach(7, schema::FlowLog::all, "acme");
    world.count(key(7), 0, 3, 300);
    world.count(key(7), 1, 2, 250);
    world.seconds = 1060;
    world.close();
    world.count(key(7), 0, 1, 90);
    world.seconds = 1120;
    world.close();
    const auto record = rec(7);
    CHECK(world.lines() ==
          std::vector<std::string>{
              "2 acme " + record + " 10.1.2.30 10.1.2.50 1000 53 17 3 300 1000001000 1000001000 ACCEPT OK",
              "2 acme " + record + " 10.1.2.50 10.1.2.30 53 1000 17 2 250 1000001000 1000001000 ACCEPT OK",
              "2 acme " + record + " 10.1.2.30 10.1.2.50 1000 53 17 1 90 1000001060 1000001060 ACCEPT OK"});
}

TEST_CASE("[8.3/flow-log] ICMP identifiers are no ports: their flows are one line") {
    World world;
    world.attach(7, schema::FlowLog::all);
    world.count(key(7, "10.1.2.50", 1, 11, 11), 0, 1, 98);
    world.count(key(7, "10.1.2.50", 1, 12, 12), 0, 2, 196);
    world.close();
    REQUIRE(world.lines().size() == 1);
    CHECK(world.lines()[0].find(" 10.1.2.30 10.1.2.50 0 0 1 3 294 ") != std::string::npos);
}

TEST_CASE("[8.3/flow-log] a flow that was collected within the interval is in it") {
    World world;
    world.attach(7, schema::FlowLog::accepted);
    world.count(key(7), 0, 5, 500);
    world.walk();
    world.count(key(7), 0, 2, 200);
    world.collect(key(7));
    world.count(key(7), 0, 1, 100);  // the same tuple anew
    world.close();
    REQUIRE(world.lines().size() == 1);
    CHECK(world.lines()[0].find(" 17 8 800 ") != std::string::npos);
}

TEST_CASE("[8.3/flow-log] what is refused is a line with REJECT, once, and silent entries go") {
    World world;
    world.attach(7, schema::FlowLog::rejected);
    world.count(key(7), 0, 5, 500);  // accepted flows are not asked for
    world.refuse(key(7, "10.1.9.9", 6, 22, 5000), WEFT_RX, 3, 180);
    world.close();
    REQUIRE(world.lines().size() == 1);
    CHECK(world.lines()[0].find(" 10.1.9.9 10.1.2.30 5000 22 6 3 180 ") != std::string::npos);
    CHECK(world.lines()[0].ends_with(" REJECT OK"));
    world.close();
    REQUIRE(world.lines().size() == 2);
    CHECK(world.lines()[1].ends_with(" - NODATA"));
    CHECK(world.datapath.reject_table.empty());
    world.refuse(key(7, "10.1.9.9", 6, 22, 5000), WEFT_RX, 1, 60);
    world.close();
    CHECK(world.lines().back().find(" 6 1 60 ") != std::string::npos);
}

TEST_CASE("[8.3/flow-log] a record without a log has no lines, one without traffic has NODATA") {
    World world;
    world.attach(7, schema::FlowLog::none);
    world.attach(8, schema::FlowLog::all);
    world.count(key(7), 0, 5, 500);
    world.refuse(key(7), WEFT_TX, 5, 500);
    world.seconds = 1060;
    world.close();
    CHECK(world.lines() ==
          std::vector<std::string>{"2 - " + rec(8) + " - - - - - - - 1000001000 1000001060 - NODATA"});
}

TEST_CASE("[8.3/flow-log] what there was no room for makes SKIPDATA, beside what there was") {
    World world;
    world.attach(7, schema::FlowLog::all);
    world.attach(8, schema::FlowLog::all);
    world.count(key(7), 0, 1, 60);
    world.datapath.unlogged[7] = 4;
    world.close();
    REQUIRE(world.lines().size() == 3);
    CHECK(world.lines()[0].ends_with(" ACCEPT OK"));
    CHECK(world.lines()[1].find(rec(7)) != std::string::npos);
    CHECK(world.lines()[1].ends_with(" - SKIPDATA"));
    CHECK(world.lines()[2].ends_with(" - NODATA"));
    world.close();  // said once
    CHECK(world.lines()[3].ends_with(" - NODATA"));
}

TEST_CASE("[8.3/flow-log] a log that begins says nothing of what was counted before") {
    World world;
    world.count(key(7), 0, 100, 10000);
    world.seconds = 1010;
    world.attach(7, schema::FlowLog::all);
    world.count(key(7), 0, 1, 60);
    world.close();
    REQUIRE(world.lines().size() == 1);
    CHECK(world.lines()[0].find(" 17 1 60 ") != std::string::npos);
}

TEST_CASE("[8.3/flow-log] a detached record's last interval is written, and none after it") {
    World world;
    world.attach(7, schema::FlowLog::all);
    world.count(key(7), 0, 4, 400);
    world.detach(7);
    world.collect(key(7));
    world.close();
    REQUIRE(world.lines().size() == 1);
    CHECK(world.lines()[0].find(" 17 4 400 ") != std::string::npos);
    world.close();
    CHECK(world.lines().size() == 1);
}

TEST_CASE("[8.3/flow-log] an orderly stop writes what there is, and nothing is lost or said twice") {
    World world;
    world.attach(7, schema::FlowLog::all);
    world.count(key(7), 0, 4, 400);
    world.refuse(key(7), WEFT_RX, 2, 120);
    world.walk();
    world.log->stop();
    CHECK(world.lines().size() == 2);
    world.count(key(7), 0, 1, 100);  // while no agent runs
    world.seconds = 1100;
    world.start();
    world.close();
    REQUIRE(world.lines().size() == 3);
    CHECK(world.lines()[2].find(" 17 1 100 ") != std::string::npos);
}

TEST_CASE("[8.3/flow-log] after a death nothing is said twice, and the interval is marked") {
    World world;
    world.attach(7, schema::FlowLog::all);
    world.count(key(7), 0, 4, 400);
    world.close();
    world.count(key(7), 0, 3, 300);
    world.walk();  // read, and not yet written
    world.seconds = 1100;
    world.start();
    world.close();
    const auto lines = world.lines();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].find(" 17 4 400 ") != std::string::npos);
    CHECK(lines[1].find(" 17 3 300 ") != std::string::npos);  // the kernel still had it
    CHECK(lines[2].ends_with(" 1000001000 1000001100 - SKIPDATA"));
    world.close();
    CHECK(world.lines().back().ends_with(" - NODATA"));
    SUBCASE("of the whole host: its flows begin at zero") {
        world.datapath.flow_table.clear();
        world.count(key(7), 0, 9, 900);
        world.start("another boot");
        world.close();
        CHECK(world.lines()[4].find(" 17 9 900 ") != std::string::npos);
    }
}

TEST_CASE(
    "[8.3/flow-log] sums are those of a plain model, whatever happens, and death costs no double count") {
    CHECK(rc::check("sums", [] {
        World world;
        world.attach(7, schema::FlowLog::all);
        world.attach(8, schema::FlowLog::all);
        std::map<std::string, std::uint64_t> model;  // by source, destination and ports
        std::uint64_t refused = 0;
        const auto pick = [](int low, int high) {
            return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high));
        };
        for (int i = pick(0, 80); i > 0; --i) {
            const auto port = static_cast<std::uint16_t>(pick(1, 5));
            const auto flow = key(pick(0, 2) != 0 ? 7 : 8, "10.1.2.50", 17, port, 53);
            switch (pick(0, 8)) {
                case 0: world.close(); break;
                case 1: world.walk(); break;
                case 2:
                    if (world.datapath.flow_table.contains(to_bytes(flow))) world.collect(flow);
                    break;
                case 3: world.log->stop(), world.start(); break;
                case 4: world.walk(), world.close(), world.start(); break;  // killed right after an interval
                case 5:
                    world.refuse(flow, WEFT_TX, 1, 10);
                    ++refused;
                    break;
                default: {
                    const auto packets = static_cast<std::uint64_t>(pick(1, 9));
                    world.count(flow, 0, packets, packets * 100);
                    model[rec(flow.record) + ' ' + std::to_string(port)] += packets;
                }
            }
            world.seconds += 1;
        }
        world.close();
        std::map<std::string, std::uint64_t> logged;
        std::uint64_t rejected = 0;
        for (const auto& line : world.lines()) {
            std::istringstream words{line};
            std::vector<std::string> field{std::istream_iterator<std::string>{words}, {}};
            RC_ASSERT(field.size() == 14U);
            if (field[13] != "OK") continue;
            if (field[12] == "REJECT")
                rejected += std::stoull(field[8]);
            else
                logged[field[2] + ' ' + field[5]] += std::stoull(field[8]);
            RC_ASSERT(std::stoull(field[10]) <= std::stoull(field[11]));
        }
        RC_ASSERT(logged == model);
        RC_ASSERT(rejected == refused);
    }));
}

TEST_CASE("[8.3/flow-log] the files never take more than their share, and the oldest go") {
    Scratch scratch;
    const auto path = scratch / "flows.log";
    LogFile file{path, 100, 3};
    for (int i = 0; i < 40; ++i)
        REQUIRE(file.append(std::string(29, static_cast<char>('a' + i % 26)) + '\n').has_value());
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(scratch / "")) {
        ++files;
        CHECK(entry.file_size() <= 100);
    }
    CHECK(files == 3);
    CHECK(read_text(path)->back() == '\n');
    const auto much = file.append(std::string(60, 'x') + '\n' + std::string(60, 'y') + '\n');
    REQUIRE_FALSE(much.has_value());
    CHECK(much.error().code == ErrorCode::exhausted);
    CHECK(read_text(path)->ends_with('\n' + std::string(60, 'x') + '\n'));
    CHECK(read_text(path)->find('y') == std::string::npos);
}

TEST_CASE("[8.3/flow-log] lines that cannot be written make the next interval SKIPDATA") {
    World world;
    world.attach(7, schema::FlowLog::all);
    REQUIRE(replace_file(world.settings.directory, std::string{"not a folder"}).has_value());
    world.count(key(7), 0, 1, 60);
    world.close();
    std::filesystem::remove(world.settings.directory);
    world.close();
    REQUIRE(world.lines().size() == 1);
    CHECK(world.lines()[0].ends_with(" - SKIPDATA"));
}

TEST_CASE("[8.3/flow-log] the state on disk is read back as it was, and nothing else is taken for one") {
    LogState state;
    state.boot = "b-1";
    state.records[7] = {"an account", schema::FlowLog::rejected, 3};
    state.records[8] = {"", schema::FlowLog::all, 0};
    state.flows.restore(to_bytes(key(7)), {{1, 2}, {3, 4}});
    state.rejects.restore(to_bytes(weft_reject_key{key(8), WEFT_TX, 0}), {{5, 0}, {6, 0}});
    const auto text = to_text(state);
    const auto read = parse_log_state(text);
    REQUIRE(read.has_value());
    CHECK(read->boot == state.boot);
    CHECK(read->records == state.records);
    CHECK(to_text(*read) == text);
    for (std::size_t cut = 0; cut < text.size(); ++cut)
        CHECK_FALSE(parse_log_state(text.substr(0, cut)).has_value());
    CHECK(rc::check("noise", [&text](std::string noise, std::size_t at) {
        auto mixed = text;
        mixed.insert(at % mixed.size(), noise);
        (void)parse_log_state(mixed);
    }));
    CHECK(parse_log_mark(to_text(LogMark{5, true})).value() == LogMark{5, true});
    CHECK_FALSE(parse_log_mark("begin x clean 1").has_value());
}
