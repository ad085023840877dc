// SPDX-License-Identifier: Apache-2.0
// The part of the plan about attachments: attach what is not, re-attach what is elsewhere.
#pragma once

#include "coordinator/cli/apply/plan.h"

namespace weft::cli {

// Appends to `steps`. `document`, its partitions as keys, tells which new records are shared ones; they carry
// the owner's label, if there is one.
[[nodiscard]] Result<void> plan_attachments(const std::vector<Wanted>& wanted, const Document& document,
                                            const Present& present, const Universe& universe,
                                            const std::optional<Owner>& owner, std::vector<Step>& steps);

// Whether an attachment is on its way out.
[[nodiscard]] bool leaving(const schema::Value& attachment);

}  // namespace weft::cli
