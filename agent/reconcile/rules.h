// SPDX-License-Identifier: Apache-2.0
// The rules of desired objects as the policy compiler takes them. Pure.
#pragma once

#include <vector>

#include "agent/policy/rule.h"
#include "weft/schema/desired.h"

namespace weft::agent {

// Of a record that is in all of them. Flows that changed rules no longer allow are kept if all groups say so.
[[nodiscard]] policy::Policy policy_of(const std::vector<const schema::Group*>& groups);
[[nodiscard]] policy::Policy policy_of(const schema::Acl& acl);
// What the attachment's own rules leave: flows that they do not allow are cut.
[[nodiscard]] policy::Policy policy_of(const schema::Port& port);

}  // namespace weft::agent
