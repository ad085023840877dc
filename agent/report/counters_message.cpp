// SPDX-License-Identifier: Apache-2.0
#include "agent/report/counters_message.h"

#include <algorithm>
#include <map>

#include "agent/report/drop_reason.h"

namespace weft::agent {
namespace {

constexpr std::size_t most_bytes = 48U << 10;  // of a list; an attribute has 64 KiB
constexpr std::size_t record_size = 160;       // at most, on the wire, less its texts
constexpr std::size_t drop_size = 40;

std::size_t size_of(const wire::RecordCounters& record) {
    auto size = record_size + record.name.size() + record.host.size();
    for (const auto& drop : record.drops) size += drop_size + drop.name.size();
    return size;
}

void add_drop(std::vector<wire::ReasonCount>& drops, const DropCounter& drop) {
    if (drop.packets == 0) return;
    for (auto& known : drops)
        if (known.reason == drop.reason) {
            known.packets += drop.packets;  // the other direction
            return;
        }
    drops.push_back({drop.reason, std::string(drop_reason(drop.reason).name), drop.packets});
}

// What was dropped on the whole host, less what was dropped of a record.
std::vector<DropCounter> unowned(std::span<const DropCounter> drops) {
    std::map<std::uint32_t, DropCounter> left;
    for (const auto& drop : drops)
        if (drop.record == 0)
            if (const auto [at, first] = left.emplace(drop.reason, drop); !first)
                at->second.packets += drop.packets;  // the other direction
    for (const auto& drop : drops)
        if (const auto found = left.find(drop.reason); drop.record != 0 && found != left.end())
            found->second.packets -= std::min(found->second.packets, drop.packets);
    std::vector<DropCounter> out;
    for (const auto& [reason, drop] : left)
        if (drop.packets != 0) out.push_back(drop);
    return out;
}

}  // namespace

std::vector<wire::RecordCounters> record_counters(std::span<const RecordCounter> counters,
                                                  std::span<const DropCounter> drops, const std::string& host,
                                                  Id record) {
    std::map<std::uint64_t, wire::RecordCounters> found;
    const auto wanted = [&](std::uint64_t value) { return !record || record.value == value; };
    const auto entry = [&](std::uint64_t value) -> wire::RecordCounters& {
        auto& made = found[value];
        if (value != 0) made.record = {Kind::record, value};
        made.host = host;
        return made;
    };
    for (const auto& counter : counters) {
        if (!wanted(counter.record)) continue;
        auto& made = entry(counter.record);
        made.tx_packets = counter.tx_packets;
        made.tx_bytes = counter.tx_bytes;
        made.rx_packets = counter.rx_packets;
        made.rx_bytes = counter.rx_bytes;
    }
    for (const auto& drop : drops)
        if (drop.record != 0 && wanted(drop.record)) add_drop(entry(drop.record).drops, drop);
    if (!record)
        for (auto& drop : unowned(drops)) add_drop(entry(0).drops, drop);
    std::vector<wire::RecordCounters> records;
    records.reserve(found.size());
    for (auto& [value, made] : found) records.push_back(std::move(made));
    return records;
}

std::vector<wire::Counters> counters_messages(std::vector<wire::RecordCounters> records) {
    std::vector<wire::Counters> messages(1);
    std::size_t bytes = 0;
    for (auto& record : records) {
        const auto size = size_of(record);
        if (bytes + size > most_bytes && bytes != 0) {
            messages.emplace_back();
            bytes = 0;
        }
        bytes += size;
        messages.back().records.push_back(std::move(record));
    }
    return messages;
}

}  // namespace weft::agent
