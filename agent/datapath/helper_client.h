// SPDX-License-Identifier: Apache-2.0
// The agent's side of the device helper's socket. Waits for the answer, at most 5 s.
#pragma once

#include <string>

#include "agent/datapath/helper_protocol.h"
#include "weft/base/result.h"

namespace weft::agent {

// The helper's own errors are passed on; unreachable or timeout when there is no answer.
[[nodiscard]] Result<void> ask_helper(const std::string& socket, const MakeDevice& request);
[[nodiscard]] Result<void> ask_helper(const std::string& socket, const RemoveDevice& request);

}  // namespace weft::agent
