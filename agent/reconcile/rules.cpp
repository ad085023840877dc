// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/rules.h"

#include <algorithm>

namespace weft::agent {
namespace {

// What both kinds of rules have.
template <class T>
policy::Rule common(const T& rule, Id origin, std::size_t position) {
    policy::Rule out;
    out.origin = origin;
    out.position = static_cast<std::uint32_t>(position);
    out.direction = rule.direction == schema::Direction::egress ? WEFT_TX : WEFT_RX;
    out.protocol = static_cast<std::uint8_t>(rule.protocol);
    out.remote = rule.remote;
    if (rule.ports) {
        out.port_low = rule.ports.first;
        out.port_high = rule.ports.last;
    } else if (rule.icmp) {
        const auto type = static_cast<unsigned>(*rule.icmp.type) << 8;
        out.port_low = static_cast<std::uint16_t>(type | rule.icmp.code.value_or(0));
        out.port_high = static_cast<std::uint16_t>(type | rule.icmp.code.value_or(0xff));
    }
    return out;
}

}  // namespace

policy::Policy policy_of(const std::vector<const schema::Group*>& groups) {
    policy::Policy out;
    out.keep = std::ranges::all_of(groups, &schema::Group::keep) && !groups.empty();
    for (const auto* group : groups)
        for (std::size_t i = 0; i < group->rules.size(); ++i) {
            out.rules.push_back(common(group->rules[i], group->id, i));
            out.rules.back().group = group->rules[i].group;
        }
    return out;
}

policy::Policy policy_of(const schema::Port& port) {
    policy::Policy out;
    for (std::size_t i = 0; i < port.rules.size(); ++i)
        out.rules.push_back(common(port.rules[i], port.attachment, i));
    return out;
}

policy::Policy policy_of(const schema::Acl& acl) {
    policy::Policy out;
    out.ordered = true;
    auto rules = acl.rules;
    std::ranges::stable_sort(rules, {}, &schema::AclRule::number);
    for (std::size_t i = 0; i < rules.size(); ++i) {
        out.rules.push_back(common(rules[i], acl.id, i));
        out.rules.back().allow = rules[i].action == schema::Action::allow;
    }
    return out;
}

}  // namespace weft::agent
