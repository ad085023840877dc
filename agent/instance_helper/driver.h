// SPDX-License-Identifier: Apache-2.0
// Runs a driver, and the hooks around it: executables that root alone can change, each for a bounded time.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/instance/protocol.h"
#include "weft/base/result.h"

namespace weft::agent {

struct DriverFolders {
    std::vector<std::string> drivers;  // the first that has it counts
    std::string hooks;
    std::chrono::milliseconds driver_time{60'000};
    std::chrono::milliseconds hook_time{10'000};
};

// `status` asks no hooks. Before any other verb each hook may refuse it; what the hooks say after it is
// logged.
[[nodiscard]] DriverRan run_driver(const DriverFolders& folders, const RunDriver& request);

}  // namespace weft::agent
