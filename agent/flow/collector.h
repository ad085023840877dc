// SPDX-License-Identifier: Apache-2.0
// Removes flows that nobody needs any more, and keeps what is known of their number true.
#pragma once

#include <functional>
#include <unordered_map>

#include "agent/datapath/datapath.h"

namespace weft::agent {

class Collector {
public:
    // Whether an attachment is on this host: flows of others go.
    using Here = std::function<bool(std::uint64_t attachment)>;

    // `datapath` must outlive it.
    Collector(Datapath& datapath, Here here) : datapath_(datapath), here_(std::move(here)) {}

    // Looks at the next few hundred flows. False when that was the end of the table; the next call begins
    // anew.
    bool step();

private:
    void begin();
    void free(std::uint64_t record, std::uint64_t count);
    void settle();

    Datapath& datapath_;
    Here here_;
    std::string position_;
    std::unordered_map<std::uint64_t, std::uint64_t> added_;  // by record, when the walk began
    std::unordered_map<std::uint64_t, std::uint64_t> kept_;   // flows of the record met on this walk
};

}  // namespace weft::agent
