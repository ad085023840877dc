// SPDX-License-Identifier: Apache-2.0
// What scaling rules made is no part of a document: they make it again, and see to its end.
#pragma once

#include "coordinator/cli/apply/plan.h"

namespace weft::cli {

// Takes away the instances of rules, how they are attached, and the records made for them. Those of pools
// stay.
void leave_out_scaled(Present& present);

}  // namespace weft::cli
