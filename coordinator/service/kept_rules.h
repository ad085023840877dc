// SPDX-License-Identifier: Apache-2.0
// The rules that an instance's owner set for a record outlive its attachment when somebody else ends that
// (row 3.3): the instance keeps them, and the next attachment of the record has them. What is kept for a
// record that is attached is what its attachment has. Pure.
#pragma once

#include "coordinator/service/commit/draft.h"

namespace weft::coordinator {

// Empty: none.
[[nodiscard]] std::vector<schema::SecurityRule> kept_rules(const schema::Instance& instance, Id record);

// From now on the instance keeps these for the record; none: nothing. exhausted when they do not fit beside
// what it keeps for others: then nothing changes.
Result<void> keep_rules(Draft& draft, Id instance, Id record, const std::vector<schema::SecurityRule>& rules);

// Those that an attachment to `taker` has that comes in place of `former` (null: of none): the former's where
// one owner has both instances, or the taker keeps none.
[[nodiscard]] std::vector<schema::SecurityRule> rules_in_place_of(const Cloud& cloud,
                                                                  const schema::Attachment* former,
                                                                  const schema::Instance& taker, Id record);

// The attachment ends without a successor: its instance keeps its rules, and so does each standby that could
// take over.
void leave_rules(Draft& draft, const schema::Record& record, const schema::Attachment& former);

// The record is deleted.
void forget_rules(Draft& draft, Id record);

}  // namespace weft::coordinator
