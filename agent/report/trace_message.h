// SPDX-License-Identifier: Apache-2.0
// What the programs wrote down of a trace, in words. Pure.
#pragma once

#include "agent/datapath/datapath.h"
#include "weft/wire/message/trace.h"

namespace weft::agent {

[[nodiscard]] wire::TraceHop trace_message(const TraceRun& run, const std::string& host);

}  // namespace weft::agent
