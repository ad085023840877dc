// SPDX-License-Identifier: Apache-2.0
// What is installed on this host, and what became of the desired set. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/state/desired_set.h"

namespace weft::agent {

// Whose state is installed: kept in the pinned `config` map.
struct Installed {
    std::uint64_t cluster{0};
    std::uint64_t epoch{0};
    std::uint64_t revision{0};
    std::uint64_t host{0};

    friend bool operator==(const Installed&, const Installed&) = default;
};

struct Report {
    ObjectKey object;
    std::string reason;

    friend bool operator==(const Report&, const Report&) = default;
};

// The state after a change: complete lists, sorted by object.
struct Outcome {
    std::uint64_t revision{0};       // installed up to here, but for the objects below
    std::vector<Report> failed;      // e.g. a full map; tried again by repair() and by later changes
    std::vector<Report> waiting;     // for a device, a namespace or an underlay route; completes by itself
    std::string needs_confirmation;  // why a snapshot is held back; empty: none is
    std::vector<ObjectKey> lost{};   // ports whose device went away, or has no carrier any more

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

}  // namespace weft::agent
