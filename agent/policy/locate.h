// SPDX-License-Identifier: Apache-2.0
// Remote addresses to classes.
#pragma once

#include <functional>

#include "agent/policy/paint.h"

namespace weft::agent::policy {

// Takes a prefix of v4-mapped addresses and the class of the addresses that no longer prefix holds. An error
// ends the search.
using Found = std::function<Result<void>(const Prefix&, Class)>;

// The prefixes that tell the classes of remote addresses apart; addresses in none of them match no rule.
// Costs what the classes found hold, not what is matched by the rules.
[[nodiscard]] Result<void> locate(const std::vector<Rule>& rules, weft_direction direction,
                                  const Found& found);

}  // namespace weft::agent::policy
