// SPDX-License-Identifier: Apache-2.0
// Doing the steps of a plan.
#pragma once

#include "coordinator/cli/apply/plan.h"
#include "coordinator/cli/client.h"

namespace weft::cli {

// Everything that a plan can be about.
[[nodiscard]] Result<Present> read_present(Client& client);
// One step. `options` go with each request; only attach, detach and move wait. Errors name the step.
[[nodiscard]] Result<void> execute(Client& client, const Step& step, const wire::Options& options);

}  // namespace weft::cli
