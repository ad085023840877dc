// SPDX-License-Identifier: Apache-2.0
// How many flows a record may have at once, and how long they last in silence.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "weft/abi/flow.h"

namespace weft::agent {

inline constexpr std::uint32_t least_flows = 64;

struct FlowLimits {
    std::uint32_t most{65536};
    // Seconds. RFC 5382 asks for at least 2 h 4 min and 4 min for TCP, RFC 4787 for 2 min for UDP.
    weft_flow_timeouts timeouts{60, 7440, 240, 10, 30, 180, 30, 60};
};

// Each record's share of a table with room for `capacity` flows: together they never fill it, so that the
// flows of one never keep out those of another.
[[nodiscard]] inline weft_quota quota(const FlowLimits& limits, std::size_t capacity, std::size_t records) {
    const auto fair = capacity / std::max<std::size_t>(records, 1);
    weft_quota out{};
    out.flows = static_cast<std::uint32_t>(std::clamp<std::size_t>(fair, least_flows, limits.most));
    out.timeouts = limits.timeouts;
    return out;
}

}  // namespace weft::agent
