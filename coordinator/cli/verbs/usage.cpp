// SPDX-License-Identifier: Apache-2.0
// weft usage [--record R] [--account A] [--partition P] [--from T] [--to T]
#include <algorithm>
#include <set>

#include "coordinator/cli/output/csv.h"
#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/output/table.h"
#include "coordinator/cli/period.h"
#include "coordinator/cli/verbs/verbs.h"

namespace weft::cli {
namespace {

// Of RecordUsage, the fields after those that name the record: its last nine.
constexpr schema::FieldMask sums_only = 0x1ffU << (schema::field_count<wire::RecordUsage> - 9);

struct Asked {
    wire::UsageRequest request;
    std::string from;
    std::string to;
};

std::uint64_t count_of(const wire::Usage& usage) {
    std::set<Id> records;
    for (const auto& record : usage.records) records.insert(record.record);
    return records.size();
}

// Sums; of how many records its name says.
wire::RecordUsage total_of(const wire::Usage& usage) {
    wire::RecordUsage total;
    for (const auto& record : usage.records) {
        total.record_seconds += record.record_seconds;
        total.attached_seconds += record.attached_seconds;
        total.tx_packets += record.tx_packets;
        total.tx_bytes += record.tx_bytes;
        total.rx_packets += record.rx_packets;
        total.rx_bytes += record.rx_bytes;
        total.tx_drops += record.tx_drops;
        total.rx_drops += record.rx_drops;
        total.estimated = total.estimated || record.estimated;
    }
    const auto count = count_of(usage);
    total.name = "total of " + std::to_string(count) + (count == 1 ? " record" : " records");
    return total;
}

std::vector<std::string> numbers(const wire::RecordUsage& r) {
    return {
        std::to_string(r.record_seconds), std::to_string(r.attached_seconds), std::to_string(r.tx_packets),
        std::to_string(r.tx_bytes),       std::to_string(r.rx_packets),       std::to_string(r.rx_bytes),
        std::to_string(r.tx_drops),       std::to_string(r.rx_drops),         r.estimated ? "yes" : "no"};
}

std::vector<std::string> row(const wire::RecordUsage& r) {
    std::vector<std::string> cells{
        r.name, to_string(r.record), r.partition_name, to_string(r.partition), r.owner, r.account};
    std::ranges::copy(numbers(r), std::back_inserter(cells));
    return cells;
}

void print_csv(std::ostream& out, const wire::Usage& usage, const wire::RecordUsage& total) {
    print_csv_row(out, {"name", "record", "partition_name", "partition", "owner", "account", "record_seconds",
                        "attached_seconds", "tx_packets", "tx_bytes", "rx_packets", "rx_bytes", "tx_drops",
                        "rx_drops", "estimated"});
    for (const auto& record : usage.records) print_csv_row(out, row(record));
    print_csv_row(out, row(total));
}

void print_usage(std::ostream& out, const wire::Usage& usage, const wire::RecordUsage& total) {
    Table table{{"RECORD", "PARTITION", "ACCOUNT", "SECONDS", "ATTACHED", "TX PACKETS", "TX BYTES",
                 "RX PACKETS", "RX BYTES", "TX DROPS", "RX DROPS", "ESTIMATED"},
                {false, false, false, true, true, true, true, true, true, true, true, false},
                {}};
    const auto add = [&](const wire::RecordUsage& r) {
        std::vector<std::string> cells{r.name.empty() ? to_string(r.record) : r.name, r.partition_name,
                                       r.account};
        std::ranges::copy(numbers(r), std::back_inserter(cells));
        table.rows.push_back(std::move(cells));
    };
    for (const auto& record : usage.records) add(record);
    add(total);
    print_table(out, table);
}

Result<int> show_usage(Program& program, Asked options) {
    WEFT_TRY(options.request.from, parse_hour("--from", options.from));
    WEFT_TRY(options.request.to, parse_hour("--to", options.to));
    WEFT_TRY(Client * client, program.client());
    WEFT_TRY(auto usage, client->usage(options.request));
    if (usage.records.empty() && !options.request.record.empty())
        return not_found("usage of record " + options.request.record + " in this period");
    std::ranges::sort(usage.records, {},
                      [](const auto& r) { return std::tie(r.partition_name, r.name, r.record); });
    const auto total = total_of(usage);
    switch (program.settings().format) {
        case Format::json:
        case Format::yaml: {
            auto value = schema::to_value(usage);
            auto sums = schema::to_value(total, sums_only);
            sums.set("records", {count_of(usage)});
            value.set("total", std::move(sums));
            print_value(program.out(), program.settings().format, value);
            break;
        }
        case Format::csv: print_csv(program.out(), usage, total); break;
        default: print_usage(program.out(), usage, total);
    }
    return 0;
}

}  // namespace

void add_usage(Program& program) {
    auto& verb = *program.app().add_subcommand(
        "usage", "what records used: time that they existed and were attached, packets, bytes, drops");
    const auto options = std::make_shared<Asked>();
    auto& request = options->request;
    verb.add_option("--record", request.record, "only this one, existing or deleted")->type_name("RECORD");
    verb.add_option("--account", request.account, "only this billing account's")->type_name("ACCOUNT");
    verb.add_option("--partition", request.partition, "only this one's")->type_name("PARTITION");
    verb.add_option("--from", options->from,
                    "begin of the period, a whole hour, UTC; the begin of the ledger when left out")
        ->type_name("TIME");
    verb.add_option("--to", options->to, "end of the period, the same; now when left out")->type_name("TIME");
    verb.footer(
        "TIME is such as 2026-01-31T12:00Z, 2026-01-31 for its begin, or 2026-01 for the month's. Bytes are\n"
        "those of Ethernet frames as instances see them; what an instance leaves to be segmented is one\n"
        "packet. All count in the hour in which hosts report them. An estimated line lacks at most what a\n"
        "lost host counted since its last report. -o csv has a header line, and the totals as its last.");
    program.on_csv(verb, [&program, options]() -> Result<int> { return show_usage(program, *options); });
}

}  // namespace weft::cli
