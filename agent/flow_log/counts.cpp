// SPDX-License-Identifier: Apache-2.0
#include "agent/flow_log/counts.h"

#include <utility>

namespace weft::agent {
namespace {

bool fell(const Count& from, const Count& to) {
    return to.packets[0] < from.packets[0] || to.packets[1] < from.packets[1] ||
           to.bytes[0] < from.bytes[0] || to.bytes[1] < from.bytes[1];
}

Count difference(const Count& from, const Count& to) {
    Count out;
    for (std::size_t side = 0; side < 2; ++side) {
        out.packets[side] = to.packets[side] - from.packets[side];
        out.bytes[side] = to.bytes[side] - from.bytes[side];
    }
    return out;
}

}  // namespace

Count Counts::take(const std::string& key, const Count& now, bool fresh) {
    const auto [found, added] = entries_.try_emplace(key, Entry{now, walk_});
    if (added) return fresh ? now : Count{};
    const auto former = std::exchange(found->second, Entry{now, walk_});
    return fell(former.count, now) ? now : difference(former.count, now);
}

void Counts::sweep() {
    std::erase_if(entries_, [this](const auto& entry) { return entry.second.walk != walk_; });
    ++walk_;
}

}  // namespace weft::agent
