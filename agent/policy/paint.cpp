// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/paint.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <queue>

namespace weft::agent::policy {
namespace {

constexpr unsigned protocol_bits = 8;
constexpr unsigned port_bits = 16;

bool whole(const Rule& rule) { return rule.port_low == 0 && rule.port_high == 0xffff; }

struct Range {
    std::uint32_t low{0};
    std::uint32_t high{0};
    Index rule{0};
};

// Who decides where, from the lowest port on, among rules for one protocol.
std::vector<Range> ranges(const std::vector<Rule>& rules, std::vector<Index> members) {
    std::ranges::stable_sort(members, {}, [&](Index i) { return rules[i].port_low; });
    std::vector<Range> out;
    std::priority_queue<Index, std::vector<Index>, std::greater<>> begun;
    std::uint32_t at = 0;
    for (auto next = members.begin();;) {
        for (; next != members.end() && rules[*next].port_low <= at; ++next) begun.push(*next);
        while (!begun.empty() && rules[begun.top()].port_high < at) begun.pop();
        if (begun.empty() && next == members.end()) return out;
        if (begun.empty()) {
            at = rules[*next].port_low;
            continue;
        }
        const auto first = begun.top();
        std::uint32_t end = rules[first].port_high + 1U;
        if (next != members.end()) end = std::min<std::uint32_t>(end, rules[*next].port_low);
        if (!out.empty() && out.back().rule == first && out.back().high + 1 == at)
            out.back().high = end - 1;
        else
            out.push_back({at, end - 1, first});
        at = end;
    }
}

// The fewest aligned blocks that make up the range.
void split(const Range& range, std::uint8_t protocol, std::vector<Block>& blocks) {
    for (std::uint32_t low = range.low; low <= range.high;) {
        auto size = low == 0 ? port_bits : static_cast<unsigned>(std::countr_zero(low));
        while (low + (1U << size) - 1 > range.high) --size;
        blocks.push_back({static_cast<std::uint8_t>(protocol_bits + port_bits - size), protocol,
                          static_cast<std::uint16_t>(low), range.rule});
        low += 1U << size;
    }
}

}  // namespace

Class paint(const std::vector<Rule>& rules, std::span<const Index> members) {
    Class out;
    std::map<std::uint8_t, std::vector<Index>> protocols;
    for (const auto i : members) {
        if (rules[i].protocol == 0) {  // decides whatever those before it left open
            out.blocks.push_back({0, 0, 0, i});
            break;
        }
        auto& own = protocols[rules[i].protocol];
        if (own.empty() || !whole(rules[own.back()])) own.push_back(i);
    }
    for (auto& [protocol, own] : protocols) {
        if (whole(rules[own.back()])) {
            out.blocks.push_back({protocol_bits, protocol, 0, own.back()});
            own.pop_back();
        }
        for (const auto& range : ranges(rules, std::move(own))) split(range, protocol, out.blocks);
    }
    for (const auto& block : out.blocks) out.rules.push_back(block.rule);
    std::ranges::sort(out.rules);
    out.rules.erase(std::unique(out.rules.begin(), out.rules.end()), out.rules.end());
    return out;
}

}  // namespace weft::agent::policy
