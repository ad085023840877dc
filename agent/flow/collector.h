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

    // Told of every flow that is met; the last time when it was removed.
    using Seen = std::function<void(const Flow& flow, bool removed)>;

    // `datapath` must outlive it.
    Collector(Datapath& datapath, Here here, Seen seen)
        : datapath_(datapath), here_(std::move(here)), seen_(std::move(seen)) {}

    // Looks at the next few hundred flows. False when that was the end of the table; the next call begins
    // anew.
    bool step();
    // Whether the last walk that ended met every flow in the table.
    [[nodiscard]] bool whole() const { return whole_; }

private:
    void begin();
    void free(std::uint64_t record, std::uint64_t count);
    void settle();

    Datapath& datapath_;
    Here here_;
    Seen seen_;
    bool whole_{false};
    std::string position_;
    std::unordered_map<std::uint64_t, std::uint64_t> added_;  // by record, when the walk began
    std::unordered_map<std::uint64_t, std::uint64_t> kept_;   // flows of the record met on this walk
};

}  // namespace weft::agent
