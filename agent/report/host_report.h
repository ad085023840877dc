// SPDX-License-Identifier: Apache-2.0
// What this host can do, as a message. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/datapath/datapath.h"
#include "weft/wire/message/hello.h"

namespace weft::agent {

// Of the framework versions ("geneve/1") only those in `frameworks`, unless that is empty.
[[nodiscard]] wire::Report host_report(const HostReport& report, const std::vector<std::string>& frameworks);

}  // namespace weft::agent
