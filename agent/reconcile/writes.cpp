// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/writes.h"

#include <algorithm>
#include <array>

namespace weft::agent {
namespace {

constexpr MapId map_at(std::size_t index) { return static_cast<MapId>(index); }

// A device's entry with `source` sends lookups on to those of the single records: theirs go first. Their keys
// end in the source address, the device's own key in zeros, so it sorts before them.
void order(MapId map, std::vector<Entry>& batch) {
    if (map == MapId::port) std::ranges::sort(batch, std::ranges::greater{}, &Entry::key);
}

}  // namespace

void Writer::put(MapId map, const Batch& batch) {
    if (batch.empty()) return;
    for (const auto& entry : batch) failures_.erase({map, entry.key});
    for (auto& failure : datapath_.put(map, batch))
        failures_[{map, batch[failure.index].key}] = failure.error.message();
}

bool Writer::erase(MapId map, const std::vector<std::string>& keys) {
    if (keys.empty()) return false;
    for (const auto& key : keys) failures_.erase({map, key});
    const auto failed = datapath_.erase(map, keys);
    for (const auto& failure : failed) failures_[{map, keys[failure.index]}] = failure.error.message();
    return failed.size() < keys.size();
}

std::vector<std::string> Writer::put_pending(Wanted& wanted, MapId map) {
    const auto& cells = wanted.cells(map);
    std::vector<std::string> erases;
    Batch batch;
    for (const auto& key : wanted.take_pending(map)) {
        if (const auto cell = cells.find(key); cell != cells.end())
            batch.push_back({key, cell->second.value});
        else if (keeps_(map, key))
            failures_.erase({map, key});
        else
            erases.push_back(key);
    }
    order(map, batch);
    put(map, batch);
    return erases;
}

void Writer::put(Wanted& wanted, MapId map) {
    for (const auto& key : put_pending(wanted, map)) wanted.mark_pending(map, key);
}

void Writer::write(Wanted& wanted) {
    std::array<std::vector<std::string>, map_count> erases;
    for (std::size_t i = 0; i < map_count; ++i) erases[i] = put_pending(wanted, map_at(i));
    std::array<bool, map_count> roomier{};
    for (std::size_t i = map_count; i-- > 0;) roomier[i] = erase(map_at(i), erases[i]);
    for (std::size_t i = 0; i < map_count; ++i) {
        if (!roomier[i]) continue;
        Batch batch;
        for (auto failed = failures_.lower_bound({map_at(i), {}});
             failed != failures_.end() && failed->first.first == map_at(i); ++failed)
            if (const auto cell = wanted.cells(map_at(i)).find(failed->first.second);
                cell != wanted.cells(map_at(i)).end())
                batch.push_back({cell->first, cell->second.value});
        order(map_at(i), batch);
        put(map_at(i), batch);
    }
}

}  // namespace weft::agent
