// SPDX-License-Identifier: Apache-2.0
// The entries that the maps must have, and which keys may differ from what they have. Pure.
#pragma once

#include <array>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "agent/reconcile/compile.h"

namespace weft::agent {

struct EntryRef {
    MapId map{MapId::own};
    std::string key;

    friend bool operator==(const EntryRef&, const EntryRef&) = default;
};

class Wanted {
public:
    struct Cell {
        std::string value;
        std::uint32_t owners{0};  // objects that want this very entry
    };
    using Cells = std::unordered_map<std::string, Cell>;
    using Keys = std::unordered_set<std::string>;

    // An object wants `fresh` instead of `old`, which it was granted before. Returns the entries refused,
    // because another object wants the same key with another value.
    std::vector<MapEntry> replace(std::span<const EntryRef> old, std::span<const MapEntry> fresh);

    // Sets what is pending to exactly the difference from what a map has.
    void compare(MapId map, std::span<const Entry> installed);

    // Keys to write or, without a cell, to remove; taking them clears them.
    [[nodiscard]] Keys take_pending(MapId map);
    void mark_pending(MapId map, const std::string& key) { pending_[index(map)].insert(key); }

    [[nodiscard]] const Cells& cells(MapId map) const { return cells_[index(map)]; }

private:
    static std::size_t index(MapId map) { return static_cast<std::size_t>(map); }

    std::array<Cells, map_count> cells_;
    std::array<Keys, map_count> pending_;
};

[[nodiscard]] std::vector<EntryRef> refs_of(std::span<const MapEntry> entries);

}  // namespace weft::agent
