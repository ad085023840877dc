// SPDX-License-Identifier: Apache-2.0
// The JSON that drivers and hooks read, and the one that drivers write (README.md). Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/instance/verb.h"
#include "weft/base/result.h"

namespace weft::agent {

// `ports`: those of the instance's attachments.
[[nodiscard]] std::string instance_document(const schema::Workload& workload, DriverVerb verb,
                                            const std::vector<const schema::Port*>& ports);

// {"state": "running"}: what the instance is after the verb. invalid: it is not such JSON.
[[nodiscard]] Result<schema::DriverState> driver_state(const std::string& output);

}  // namespace weft::agent
