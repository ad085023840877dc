// SPDX-License-Identifier: Apache-2.0
// One line of a flow log: the fields of VPC flow logs, version 2, in their order. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "weft/net/address.h"

namespace weft::agent {

enum class LogAction : std::uint8_t { accept, reject };
enum class LogStatus : std::uint8_t { ok, no_data, skip_data };

struct LogEntry {
    std::string account;    // "-" when empty; what could end a field is shown as _
    std::string interface;  // the record's id
    Address source;         // this and the next until `bytes`, and `action`: with LogStatus::ok alone
    Address destination;
    std::uint16_t source_port{0};
    std::uint16_t destination_port{0};
    std::uint8_t protocol{0};
    std::uint64_t packets{0};
    std::uint64_t bytes{0};
    std::uint64_t start{0};  // Unix seconds
    std::uint64_t end{0};
    LogAction action{LogAction::accept};
    LogStatus status{LogStatus::ok};
};

// "2 123456789010 rec-0... 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n".
[[nodiscard]] std::string log_line(const LogEntry& entry);
// The same fields by name, and a line's end; what is "-" in the line is left out.
[[nodiscard]] std::string log_json(const LogEntry& entry);

}  // namespace weft::agent
