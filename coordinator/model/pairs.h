// SPDX-License-Identifier: Apache-2.0
// Indices of pairs of numbers: sets, and maps that count how often a pair is there.
#pragma once

#include <cstdint>

namespace weft::coordinator {

template <class Pairs>
void set_pair(Pairs& pairs, std::uint64_t of, std::uint64_t member, bool on) {
    if (on)
        pairs.put({of, member});
    else
        pairs.erase({of, member});
}

template <class Counts>
void count_pair(Counts& counts, std::uint64_t a, std::uint64_t b, bool on) {
    if (on)
        ++counts[{a, b}];
    else if (const auto at = counts.find({a, b}); at != counts.end() && --at->second == 0)
        counts.erase(at);
}

}  // namespace weft::coordinator
