// SPDX-License-Identifier: Apache-2.0
// The pinned maps by which no count is lost or told twice (abi/counter.h), whenever the process dies.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "agent/datapath/datapath.h"
#include "weft/base/fd.h"

namespace weft::agent::bpf {

// Functions that return an int: an errno, or 0.
class Usage {
public:
    // Makes the maps if they are not pinned below `root`. `counters`: most that there may be.
    [[nodiscard]] static Result<Usage> open(const std::string& root, std::uint32_t counters);

    // Once, after what a dead process left: every counter there is has a life, and nothing else has.
    [[nodiscard]] int adopt(std::span<const RecordCounter> present) const;
    // Gives a counter that is about to be made a new one. `record`: its key.
    [[nodiscard]] int begin(const void* record) const;
    // Keeps what a counter has counted that is about to go, or just went.
    [[nodiscard]] int keep(const RecordCounter& counter) const;
    // The counter went.
    void end(const void* record) const;
    void forget(std::span<const std::uint64_t> lives) const;

    // `present`: the counters there are.
    [[nodiscard]] Result<HostUsage> read(std::span<const RecordCounter> present) const;

private:
    [[nodiscard]] std::uint64_t life_of(std::uint64_t record) const;

    Fd life_;
    Fd kept_;
};

}  // namespace weft::agent::bpf
