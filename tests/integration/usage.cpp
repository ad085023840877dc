// SPDX-License-Identifier: Apache-2.0
// Usage from agents' reports to the command line's formats, over real sessions and a real store.
#include <sstream>

#include "cloud.h"
#include "coordinator/cli/program.h"

using namespace weft;

namespace {

struct Used : test::World {
    Id record;

    Used() {
        add_blue();
        add_hosts(2);
        create_instance("i1", "h1");
        create_record("one", "10.1.2.3");
        const auto shown = client().get(Kind::record, "one").value();
        record = parse_id(*shown.find("id")->get<std::string>()).value();
        REQUIRE(attach("one", "i1").has_value());
    }
    wire::UsageReport report(std::uint64_t number, std::uint64_t packets, bool gone = false) const {
        wire::UsageReport report{number, 7, 60, {}};
        report.counts.push_back({number / 100 + 1, record, packets, packets * 142, 3, 99, 2, 1, gone});
        return report;
    }
    // The host says so now; true when the coordinator has acknowledged it.
    bool tell(const std::string& name, const wire::UsageReport& report) {
        auto& told = host(name);
        fleet.run([&] {
            told.target.used = {report};
            told.target.usage_due = true;
            told.agent->tell();
        });
        return fleet.wait([&] {
            const auto& numbers = told.target.acknowledged;
            return std::ranges::find(numbers, report.number) != numbers.end();
        });
    }
    wire::RecordUsage used() {
        const auto usage = client().usage({}).value();
        REQUIRE(usage.records.size() == 1);
        return usage.records.front();
    }
    std::string weft(std::vector<std::string> arguments, int expected = 0) {
        std::ostringstream out;
        std::ostringstream err;
        arguments.insert(arguments.begin(), {"--socket", coordinator.settings().socket});
        cli::Program program{out, err};
        CHECK(program.run(std::move(arguments)) == expected);
        return out.str() + err.str();
    }
};

}  // namespace

TEST_CASE_FIXTURE(Used, "[8.4/exact] repeated and old reports, a dead coordinator and a move count once") {
    REQUIRE(tell("h1", report(1, 10)));
    REQUIRE(tell("h1", report(2, 10)));
    CHECK(used().tx_packets == 10);
    CHECK(used().tx_bytes == 1420);
    CHECK(used().rx_packets == 3);
    CHECK(used().rx_bytes == 99);
    CHECK(used().tx_drops == 2);
    CHECK(used().rx_drops == 1);
    REQUIRE(tell("h1", report(3, 25)));
    REQUIRE(tell("h1", report(4, 20)));  // late
    CHECK(used().tx_packets == 25);
    coordinator.stop();
    coordinator.start();
    REQUIRE(fleet.wait([&] { return host("h1").agent->connected(); }));
    REQUIRE(tell("h1", report(5, 30)));
    CHECK(used().tx_packets == 30);
    wire::MoveRequest move{"i1", "h2", {}};
    move.options.wait = wire::Wait::installed;
    REQUIRE(client().move(move).has_value());
    REQUIRE(tell("h2", report(101, 4)));
    REQUIRE(tell("h1", report(6, 31, true)));
    CHECK(used().tx_packets == 35);
    CHECK(used().tx_bytes == 35 * 142);
    CHECK(!used().estimated);
}

TEST_CASE_FIXTURE(Used, "[8.4/export] table, CSV and JSON say the same, of deleted records too") {
    REQUIRE(tell("h1", report(1, 10)));
    REQUIRE(detach("one").has_value());
    REQUIRE(client().remove({Kind::record, "one", {}}).has_value());
    const auto id = to_string(record);
    const auto lines = weft({"usage", "-o", "csv", "--record", "one"});
    std::istringstream csv{lines};
    std::string header;
    std::string line;
    std::string total;
    REQUIRE(std::getline(csv, header));
    CHECK(header ==
          "name,record,partition_name,partition,owner,account,record_seconds,attached_seconds,tx_packets,"
          "tx_bytes,rx_packets,rx_bytes,tx_drops,rx_drops,estimated");
    REQUIRE(std::getline(csv, line));
    CHECK(line.starts_with("one," + id + ",blue,part-"));
    CHECK(line.ends_with(",10,1420,3,99,2,1,no"));
    REQUIRE(std::getline(csv, total));
    CHECK(total.starts_with("total of 1 record,,,,,,"));
    CHECK(total.ends_with(",10,1420,3,99,2,1,no"));
    const auto json = weft({"usage", "-o", "json", "--partition", "blue"});
    CHECK(json.find("\"record\": \"" + id + "\"") != std::string::npos);
    CHECK(json.find("\"tx-bytes\": 1420") != std::string::npos);
    CHECK(json.find("\"total\": {") != std::string::npos);
    const auto table = weft({"usage"});
    CHECK(table.find("total of 1 record") != std::string::npos);
    CHECK(weft({"usage", "--record", "two"}, 3).find("usage of record two") != std::string::npos);
    CHECK(weft({"usage", "--from", "today"}, 2).find("--from: a time in UTC such as") != std::string::npos);
    CHECK(weft({"usage", "--from", "2026-02", "--to", "2026-01"}, 2).find("to: a time after 'from'") !=
          std::string::npos);
    CHECK(weft({"-o", "csv", "record", "list"}, 2).find("-o csv is a format of usage only") !=
          std::string::npos);
}
