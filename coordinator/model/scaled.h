// SPDX-License-Identifier: Apache-2.0
// What a scaling rule refers to (row 2.13).
#pragma once

#include <vector>

#include "weft/schema/scaling_rule.h"

namespace weft::coordinator {

// Its pool or subnet, its groups and its hosts: none of them can be deleted before it.
[[nodiscard]] inline std::vector<Id> uses(const schema::ScalingRule& rule) {
    std::vector<Id> out = rule.security_groups;
    out.insert(out.end(), rule.hosts.begin(), rule.hosts.end());
    for (const Id source : {rule.pool, rule.subnet})
        if (source) out.push_back(source);
    return out;
}

}  // namespace weft::coordinator
