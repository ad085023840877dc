// SPDX-License-Identifier: Apache-2.0
// One executable with a text on its standard input, for a bounded time.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "weft/base/result.h"

namespace weft::agent {

struct Executed {
    std::string how;     // how it failed: "failed (2)", "was killed after 60000 ms"; empty: it did not
    std::string output;  // at most 48 KiB of each
    std::string errors;
};

// With an environment of its own, in a process group of its own, which is killed when the time is over. What
// it leaves in other groups goes on.
[[nodiscard]] Result<Executed> execute(const std::vector<std::string>& command, const std::string& input,
                                       std::chrono::milliseconds time);

}  // namespace weft::agent
