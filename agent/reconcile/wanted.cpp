// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/wanted.h"

#include <utility>

namespace weft::agent {

std::vector<MapEntry> Wanted::replace(std::span<const EntryRef> old, std::span<const MapEntry> fresh) {
    std::vector<MapEntry> refused;
    for (const auto& ref : old) --cells_[index(ref.map)].at(ref.key).owners;
    for (const auto& [map, entry] : fresh) {
        const auto [found, added] = cells_[index(map)].try_emplace(entry.key, Cell{entry.value, 0});
        auto& cell = found->second;
        if (cell.owners > 0 && cell.value != entry.value) {
            refused.push_back({map, entry});
            continue;
        }
        if (added || cell.value != entry.value) mark_pending(map, entry.key);
        cell.value = entry.value;
        ++cell.owners;
    }
    for (const auto& ref : old) {
        auto& cells = cells_[index(ref.map)];
        const auto found = cells.find(ref.key);
        if (found == cells.end() || found->second.owners > 0) continue;
        cells.erase(found);
        mark_pending(ref.map, ref.key);
    }
    return refused;
}

void Wanted::compare(MapId map, std::span<const Entry> installed) {
    const auto& cells = cells_[index(map)];
    auto& pending = pending_[index(map)];
    pending.clear();
    std::size_t present = 0;
    for (const auto& entry : installed) {
        const auto found = cells.find(entry.key);
        if (found == cells.end() || found->second.value != entry.value) pending.insert(entry.key);
        if (found != cells.end()) ++present;
    }
    if (present == cells.size()) return;
    Keys keys;
    for (const auto& entry : installed) keys.insert(entry.key);
    for (const auto& [key, cell] : cells)
        if (!keys.contains(key)) pending.insert(key);
}

Wanted::Keys Wanted::take_pending(MapId map) { return std::exchange(pending_[index(map)], {}); }

std::vector<EntryRef> refs_of(std::span<const MapEntry> entries) {
    std::vector<EntryRef> refs;
    refs.reserve(entries.size());
    for (const auto& [map, entry] : entries) refs.push_back({map, entry.key});
    return refs;
}

}  // namespace weft::agent
