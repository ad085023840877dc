// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/common.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weft::agent {

void Common::take(const schema::Port& port, std::vector<MapEntry>& entries) {
    if (!port.spread) return;
    const auto record = port.record.value;
    const auto common = std::stable_partition(entries.begin(), entries.end(),
                                              [](const auto& entry) { return entry.map != MapId::local; });
    std::vector<MapEntry> taken(std::make_move_iterator(common), std::make_move_iterator(entries.end()));
    entries.erase(common, entries.end());
    changed_.insert(record);
    if (taken.empty())
        forget(record, port.key());
    else
        ports_[record].insert_or_assign(port.key(), std::move(taken));
}

void Common::removed(const schema::Port& port) {
    if (!port.spread) return;
    changed_.insert(port.record.value);
    forget(port.record.value, port.key());
}

void Common::forget(std::uint64_t record, const std::string& port) {
    const auto found = ports_.find(record);
    if (found == ports_.end()) return;
    found->second.erase(port);
    if (found->second.empty()) ports_.erase(found);
}

void Common::refresh() {
    for (const auto record : std::exchange(changed_, {})) {
        const auto found = ports_.find(record);
        const auto fresh = found == ports_.end() ? std::vector<MapEntry>{} : found->second.begin()->second;
        auto& granted = granted_[record];
        (void)wanted_.replace(granted, fresh);  // addresses are unique in a partition
        granted = refs_of(fresh);
        if (granted.empty()) granted_.erase(record);
    }
}

}  // namespace weft::agent
