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
[[nodiscard]] inline std::uint32_t fair_share(const FlowLimits& limits, std::size_t capacity,
                                              std::size_t records) {
    const auto fair = capacity / std::max<std::size_t>(records, 1);
    return static_cast<std::uint32_t>(std::clamp<std::size_t>(fair, least_flows, limits.most));
}

// A record's own timeouts in place of the host's; 0: not its own. A stream of UDP that only one side has
// spoken in never lasts longer than one that both have.
[[nodiscard]] inline weft_flow_timeouts own_timeouts(weft_flow_timeouts timeouts, std::uint32_t tcp,
                                                     std::uint32_t udp) {
    if (tcp != 0) timeouts.tcp_established = tcp;
    if (udp != 0) timeouts.udp_stream = udp;
    timeouts.udp_single = std::min(timeouts.udp_single, timeouts.udp_stream);
    return timeouts;
}

}  // namespace weft::agent
