// SPDX-License-Identifier: Apache-2.0
// The agent's answer to `status`. Pure.
#pragma once

#include <string>

#include "agent/service/counts.h"
#include "agent/state/outcome.h"
#include "weft/wire/message/hello.h"
#include "weft/wire/message/status.h"

namespace weft::agent {

struct AgentState {
    Installed installed;
    Outcome outcome;
    const wire::Report& report;
    std::string host_name;
    std::size_t objects{0};  // of the desired set
    bool connected{false};
    std::string problem;  // why it is not connected
    ServiceCounts services;
};

[[nodiscard]] wire::Status status_message(const AgentState& state);

}  // namespace weft::agent
