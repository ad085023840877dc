// SPDX-License-Identifier: Apache-2.0
// A class: what a set of rules says by protocol and port.
#pragma once

#include <span>

#include "agent/policy/rule.h"

namespace weft::agent::policy {

using Index = std::uint32_t;  // of a rule in its policy

// The rule decides what the first `bits` of (protocol, port) match: 0 all, 8 a protocol, 8 + n a block of its
// ports. Longer blocks decide before shorter ones.
struct Block {
    std::uint8_t bits{0};
    std::uint8_t protocol{0};
    std::uint16_t port{0};
    Index rule{0};
};

struct Class {
    std::vector<Index> rules;  // ascending; those that decide nothing are left out
    std::vector<Block> blocks;
};

// The first of the rules `members` (ascending) that matches decides. A set of rules may be replaced by those
// that decide something, here and in any larger set.
[[nodiscard]] Class paint(const std::vector<Rule>& rules, std::span<const Index> members);

}  // namespace weft::agent::policy
