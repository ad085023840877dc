// SPDX-License-Identifier: Apache-2.0
#include "agent/flow_log/interval.h"

#include <algorithm>

#include "weft/base/id.h"

namespace weft::agent {
namespace {

LogEntry line(const std::string& account, std::uint64_t record, LogSpan span) {
    LogEntry entry;
    entry.account = account;
    entry.interface = to_string(Id{Kind::record, record});
    entry.start = span.start;
    entry.end = span.end;
    return entry;
}

}  // namespace

void Interval::add(const LogTuple& tuple, std::uint64_t packets, std::uint64_t bytes, LogSpan span) {
    if (packets == 0) return;
    const auto [found, added] = sums_.try_emplace(tuple, Sum{packets, bytes, span});
    if (added) return;
    auto& sum = found->second;
    sum.packets += packets;
    sum.bytes += bytes;
    sum.span = {std::min(sum.span.start, span.start), std::max(sum.span.end, span.end)};
}

std::vector<LogEntry> Interval::entries(const std::map<std::uint64_t, std::string>& accounts,
                                        LogSpan span) const {
    std::vector<LogEntry> out;
    const auto at_most = [span](std::uint64_t time) { return std::clamp(time, span.start, span.end); };
    for (const auto& [record, account] : accounts) {
        auto next = sums_.lower_bound(LogTuple{record, {}, {}, {}, 0, 0, 0});
        const bool data = next != sums_.end() && next->first.record == record;
        for (; next != sums_.end() && next->first.record == record; ++next) {
            const auto& [tuple, sum] = *next;
            auto entry = line(account, record, {at_most(sum.span.start), at_most(sum.span.end)});
            entry.source = tuple.source;
            entry.destination = tuple.destination;
            entry.source_port = tuple.source_port;
            entry.destination_port = tuple.destination_port;
            entry.protocol = tuple.protocol;
            entry.packets = sum.packets;
            entry.bytes = sum.bytes;
            entry.action = tuple.action;
            out.push_back(std::move(entry));
        }
        const bool skipped = skipped_.contains(record);
        if (data && !skipped) continue;
        out.push_back(line(account, record, span));
        out.back().status = skipped ? LogStatus::skip_data : LogStatus::no_data;
    }
    return out;
}

}  // namespace weft::agent
