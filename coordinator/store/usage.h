// SPDX-License-Identifier: Apache-2.0
// The ledger of usage (row 8.4), as the store keeps it: when records existed and were attached, to the
// microsecond of the transactions that began and ended it, and what hosts counted, by the hour.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/id.h"

namespace weft::coordinator {

inline constexpr std::uint64_t usage_hour_us = 3600ULL * 1000000;

inline constexpr std::uint64_t most_usage = 1ULL << 62;  // of a count

// tx packets, tx bytes, rx packets, rx bytes, tx drops, rx drops.
using UsageCounts = std::array<std::uint64_t, 6>;

// What the ledger goes on to say of a record when it is deleted.
struct UsageRecord {
    Id record;
    std::string name;
    Id partition;
    std::string partition_name;
    std::string owner;
};

// The numbers are stored: appended, never reused.
enum class UsageSpanKind : std::uint8_t { record = 1, attachment = 2 };

// Begins (unless it runs) or ends, at the time of its transaction.
struct UsageSpan {
    UsageSpanKind kind{UsageSpanKind::record};
    Id record;
    std::uint64_t subject{0};  // of an attachment its id; else 0
    bool begins{true};
    std::string account{};      // of the record
    std::uint64_t begin_us{0};  // 0: the transaction's time
};

// A host that the record is or will be on; reports of others about it are ignored.
struct UsagePlace {
    Id record;
    Id host;
};

// An absolute count, and which counter it is of.
struct UsageCount {
    std::uint64_t life{0};
    Id record;
    UsageCounts counts{};
    bool gone{false};
};

struct UsageReport {
    Id host;
    std::uint64_t incarnation{0};
    std::uint64_t interval_us{0};
    std::vector<UsageCount> counts;
};

// What a transaction says to the ledger; records come before their spans.
struct UsageChanges {
    std::vector<UsageRecord> records;
    std::vector<UsageSpan> spans;
    std::vector<UsagePlace> places;
    std::optional<UsageReport> report;
    std::vector<Id> deleted_hosts;  // what they have not reported is lost
    bool complete{false};           // from now on the ledger has every record
};

struct UsageQuery {
    std::uint64_t from_us{0};  // whole hours, or the begin and the present
    std::uint64_t to_us{0};
    std::uint64_t now_us{0};
    std::optional<std::string> owner;  // only what belongs to it
    std::string record;                // id, name or PARTITION/NAME; empty: any
    std::string partition;             // id or name
    std::string account;
    std::size_t limit{0};               // records to look at
    std::optional<std::int64_t> after;  // where the page before ended
};

// A record while it was on one account.
struct UsageLine {
    UsageRecord record;
    std::string account;
    std::uint64_t record_us{0};
    std::uint64_t attached_us{0};
    UsageCounts counts{};
    bool estimated{false};
};

struct UsagePage {
    std::vector<UsageLine> lines;
    std::optional<std::int64_t> next;  // `after` of the next page; none: this was the last
};

}  // namespace weft::coordinator
