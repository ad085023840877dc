// SPDX-License-Identifier: Apache-2.0
// What a flow log must know after a restart: which records it logged, up to which counts; and, by itself
// since it is written after the lines are, since when.
#pragma once

#include <map>
#include <string>

#include "agent/flow_log/counts.h"
#include "weft/base/result.h"
#include "weft/schema/record.h"

namespace weft::agent {

struct LoggedRecord {
    std::string account;
    schema::FlowLog log{schema::FlowLog::none};
    std::uint64_t unlogged{0};  // as weft_flow_use last said

    friend bool operator==(const LoggedRecord&, const LoggedRecord&) = default;
};

struct LogState {
    std::string boot;  // counts of another boot mean nothing
    std::map<std::uint64_t, LoggedRecord> records;
    Counts flows;
    Counts rejects;
};

struct LogMark {
    std::uint64_t begin{0};  // of the interval, Unix seconds
    bool clean{false};       // the agent stopped in order

    friend bool operator==(const LogMark&, const LogMark&) = default;
};

// One fact a line. Pure, as all of these; damaged: it is not one of to_text.
[[nodiscard]] std::string to_text(const LogState& state);
[[nodiscard]] Result<LogState> parse_log_state(const std::string& text);
[[nodiscard]] std::string to_text(const LogMark& mark);
[[nodiscard]] Result<LogMark> parse_log_mark(const std::string& text);

}  // namespace weft::agent
