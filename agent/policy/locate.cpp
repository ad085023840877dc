// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/locate.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

namespace weft::agent::policy {
namespace {

// A prefix that holds the present one, and the rules that decide in it.
struct Level {
    Prefix prefix;
    std::vector<Index> rules;
};

}  // namespace

Result<void> locate(const std::vector<Rule>& rules, weft_direction direction, const Found& found) {
    const auto every_v4 = widened(*Prefix::make(Address::v4(0), 0));
    const auto every_v6 = *Prefix::make(*Address::from_bytes(std::array<std::uint8_t, 16>{}), 0);
    // In their order prefixes come right before those within them.
    std::map<Prefix, std::vector<Index>> own{{every_v4, {}}};
    for (Index i = 0; i < rules.size(); ++i) {
        if (rules[i].direction != direction || rules[i].group) continue;
        if (rules[i].remote) {
            own[widened(rules[i].remote)].push_back(i);
        } else {
            own[every_v4].push_back(i);
            own[every_v6].push_back(i);
        }
    }
    std::vector<Level> levels;
    for (const auto& [prefix, added] : own) {
        while (!levels.empty() && !levels.back().prefix.contains(prefix)) levels.pop_back();
        static const std::vector<Index> none;
        const auto& around = levels.empty() ? none : levels.back().rules;
        std::vector<Index> members;
        // What IPv6 prefixes say does not reach into the IPv4 addresses.
        std::ranges::set_union(prefix == every_v4 ? none : around, added, std::back_inserter(members));
        auto here = paint(rules, members);
        const bool differs = here.rules != around;
        levels.push_back({prefix, here.rules});
        if (differs) WEFT_CHECK(found(prefix, std::move(here)));
    }
    return {};
}

}  // namespace weft::agent::policy
