// SPDX-License-Identifier: Apache-2.0
// What an interval's lines say: packets and bytes of each tuple and action of each record. Pure.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "agent/flow_log/entry.h"

namespace weft::agent {

struct LogTuple {
    std::uint64_t record{0};
    LogAction action{LogAction::accept};
    Address source;
    Address destination;
    std::uint16_t source_port{0};
    std::uint16_t destination_port{0};
    std::uint8_t protocol{0};

    friend auto operator<=>(const LogTuple&, const LogTuple&) = default;
};

// Unix seconds; the first packet and the last.
struct LogSpan {
    std::uint64_t start{0};
    std::uint64_t end{0};
};

class Interval {
public:
    // Nothing for no packets.
    void add(const LogTuple& tuple, std::uint64_t packets, std::uint64_t bytes, LogSpan span);
    // Something of the record is missing.
    void skip(std::uint64_t record) { skipped_.insert(record); }

    // The lines of these records (value of the id -> account), by record and tuple, with NODATA and SKIPDATA;
    // `span` is the interval's.
    [[nodiscard]] std::vector<LogEntry> entries(const std::map<std::uint64_t, std::string>& accounts,
                                                LogSpan span) const;

private:
    struct Sum {
        std::uint64_t packets{0};
        std::uint64_t bytes{0};
        LogSpan span;
    };
    std::map<LogTuple, Sum> sums_;
    std::set<std::uint64_t> skipped_;
};

}  // namespace weft::agent
