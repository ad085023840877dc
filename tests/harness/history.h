// SPDX-License-Identifier: Apache-2.0
// What clients asked of a coordinator and what they heard, and whether a state can have come of it.
#pragma once

#include <vector>

#include "tests/harness/cloud_model.h"

namespace weft::test {

struct Event {
    enum class Outcome { accepted, refused, unknown };
    Request request;
    Outcome outcome{Outcome::unknown};
    bool changed{false};        // accepted: it was not so already
    std::uint64_t revision{0};  // accepted and changed: its place in the order of changes
    std::uint64_t begun{0};     // ticks of one clock for all clients
    std::uint64_t ended{0};     // unknown: nothing was heard until the coordinator was gone
};

// Why `after` cannot have come of `before` and these events; empty: it can. All accepted changes must have
// happened, in the order of their revisions and in none that contradicts the clock; of the unknown ones each
// may have happened, once and not before it was asked for; nothing else.
[[nodiscard]] std::string contradiction(const CloudModel& before, const std::vector<Event>& events,
                                        const CloudModel& after);

}  // namespace weft::test
