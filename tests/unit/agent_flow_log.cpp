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
