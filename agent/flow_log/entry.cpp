// SPDX-License-Identifier: Apache-2.0
#include "agent/flow_log/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

namespace weft::agent {
namespace {

constexpr int version = 2;

const char* action_text(const LogEntry& entry) {
    return entry.action == LogAction::accept ? "ACCEPT" : "REJECT";
}

const char* status_text(const LogEntry& entry) {
    switch (entry.status) {
        case LogStatus::ok: return "OK";
        case LogStatus::no_data: return "NODATA";
        case LogStatus::skip_data: return "SKIPDATA";
    }
    return "-";
}

// One word, whatever the owner calls the account.
std::string word(std::string text) {
    if (text.empty()) return "-";
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; }, '_');
    return text;
}

}  // namespace

std::string log_line(const LogEntry& entry) {
    const auto begin = fmt::format("{} {} {}", version, word(entry.account), entry.interface);
    if (entry.status != LogStatus::ok)
        return fmt::format("{} - - - - - - - {} {} - {}\n", begin, entry.start, entry.end,
                           status_text(entry));
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {} OK\n", begin, to_string(entry.source),
                       to_string(entry.destination), entry.source_port, entry.destination_port,
                       entry.protocol, entry.packets, entry.bytes, entry.start, entry.end,
                       action_text(entry));
}

std::string log_json(const LogEntry& entry) {
    boost::json::object out;
    out["version"] = version;
    if (!entry.account.empty()) out["account-id"] = entry.account;
    out["interface-id"] = entry.interface;
    if (entry.status == LogStatus::ok) {
        out["srcaddr"] = to_string(entry.source);
        out["dstaddr"] = to_string(entry.destination);
        out["srcport"] = entry.source_port;
        out["dstport"] = entry.destination_port;
        out["protocol"] = entry.protocol;
        out["packets"] = entry.packets;
        out["bytes"] = entry.bytes;
    }
    out["start"] = entry.start;
    out["end"] = entry.end;
    if (entry.status == LogStatus::ok) out["action"] = action_text(entry);
    out["log-status"] = status_text(entry);
    return boost::json::serialize(out) + '\n';
}

}  // namespace weft::agent
