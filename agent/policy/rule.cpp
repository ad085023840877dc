// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "weft/abi/types.h"

namespace weft::agent::policy {
namespace {

// What is wrong with a rule; empty: nothing.
std::string fault(const Rule& rule, bool ordered) {
    static const Prefix every_v4 = widened(*Prefix::make(Address::v4(0), 0));
    if (rule.direction != WEFT_TX && rule.direction != WEFT_RX) return "has no direction";
    if (rule.port_low > rule.port_high)
        return fmt::format("has the ports {} to {}", rule.port_low, rule.port_high);
    if (rule.protocol == 0 && (rule.port_low != 0 || rule.port_high != 0xffff))
        return "has ports but no protocol";
    if (rule.remote && rule.group) return "has both a remote CIDR and a remote group";
    if (rule.remote.address().is_v6() && every_v4.contains(rule.remote))
        return fmt::format("has the remote {}, which is IPv4: write it so", to_string(rule.remote));
    if (ordered && rule.group) return "of an ACL has a remote group";
    if (!ordered && !rule.allow) return "of a security group denies";
    return {};
}

}  // namespace

Result<Policy> in_order(Policy policy) {
    auto& rules = policy.rules;
    std::ranges::sort(rules);
    rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
    for (const auto& rule : rules)
        if (const auto text = fault(rule, policy.ordered); !text.empty())
            return invalid("rules",
                           fmt::format("rule {} of {} {}", rule.position, to_string(rule.origin), text));
    return policy;
}

Prefix widened(const Prefix& prefix) {
    if (!prefix.address().is_v4()) return prefix;
    const auto address = Address::from_bytes(prefix.address().mapped());
    return *Prefix::make(*address, WEFT_MAPPED_BITS + prefix.length());
}

}  // namespace weft::agent::policy
