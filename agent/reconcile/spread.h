// SPDX-License-Identifier: Apache-2.0
// Which member of a shared record each slot of its table has (row 2.7), by Maglev's consistent hashing
// (Eisenbud et al., NSDI 2016, 3.4): all members have the same number of slots but for one, a member that
// comes or goes moves few slots of the others, and every host decides alike.
#pragma once

#include <span>

#include "weft/abi/spread.h"
#include "weft/schema/desired.h"

namespace weft::agent {

// Over the members with a weight; without any, no slot has one. `members` in the order of their attachments,
// at most schema::most_members.
[[nodiscard]] weft_spread spread_slots(std::span<const schema::Member> members);

}  // namespace weft::agent
