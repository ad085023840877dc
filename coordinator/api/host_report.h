// SPDX-License-Identifier: Apache-2.0
// What a host's agent says about the host (row 6.1).
#pragma once

#include "coordinator/api/backend.h"

namespace weft::coordinator::api {

// The agent must have every address that the operator declared: refused, naming what is missing.
[[nodiscard]] Result<void> check_underlay(const schema::Host& host, const std::vector<Address>& reported);
// Capabilities and MTU, stored when they differ; its own problem, or addresses that no longer match, are
// shown.
void take_report(Backend& backend, Id host, const wire::Report& report);

}  // namespace weft::coordinator::api
