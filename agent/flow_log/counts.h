// SPDX-License-Identifier: Apache-2.0
// What a map's entries have counted since they were last asked: entries count on, and are asked again and
// again. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace weft::agent {

// Of what the record sent, and of what it received.
struct Count {
    std::array<std::uint64_t, 2> packets{};
    std::array<std::uint64_t, 2> bytes{};

    friend bool operator==(const Count&, const Count&) = default;
};

class Counts {
public:
    // The difference to the last time. Of an entry that is not known it is all it has counted, or, unless
    // `fresh`, nothing; of one that was made anew, and so has counted less, all.
    [[nodiscard]] Count take(const std::string& key, const Count& now, bool fresh);
    // The entry is gone.
    void forget(const std::string& key) { entries_.erase(key); }
    // As it was taken in a former process.
    void restore(const std::string& key, const Count& count) { entries_[key] = {count, walk_}; }
    // Every entry that there is was asked since the last call: forgets the others.
    void sweep();

    // All that are known: fn(key, count).
    template <class Fn>
    void for_each(Fn&& fn) const {
        for (const auto& [key, entry] : entries_) fn(key, entry.count);
    }

private:
    struct Entry {
        Count count;
        std::uint32_t walk{0};
    };
    std::unordered_map<std::string, Entry> entries_;
    std::uint32_t walk_{0};
};

}  // namespace weft::agent
