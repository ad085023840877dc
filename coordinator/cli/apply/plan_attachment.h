// SPDX-License-Identifier: Apache-2.0
// The part of the plan about attachments: attach what is not, re-attach what is elsewhere.
#pragma once

#include "coordinator/cli/apply/plan.h"

namespace weft::cli {

// Appends to `steps`. `document`, its partitions as keys, tells which new records are shared ones.
[[nodiscard]] Result<void> plan_attachments(const std::vector<Wanted>& wanted, const Document& document,
                                            const Present& present, const Universe& universe,
                                            std::vector<Step>& steps);

}  // namespace weft::cli
