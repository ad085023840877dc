// SPDX-License-Identifier: Apache-2.0
// The records whose packets somebody monitors, in each direction.
#pragma once

#include <array>
#include <cstdint>
#include <set>

#include "weft/abi/counter.h"
#include "weft/abi/port.h"

namespace weft::agent {

class Watched {
public:
    // Record 0: all of them.
    void add(weft_direction direction, std::uint64_t record) { records_[direction - 1].insert(record); }

    // For its `port` and `local`.
    [[nodiscard]] std::uint32_t flags(std::uint64_t record) const {
        std::uint32_t flags = 0;
        if (has(WEFT_TX, record)) flags |= WEFT_PORT_WATCH_TX;
        if (has(WEFT_RX, record)) flags |= WEFT_PORT_WATCH_RX;
        return flags;
    }

    friend bool operator==(const Watched&, const Watched&) = default;

private:
    [[nodiscard]] bool has(weft_direction direction, std::uint64_t record) const {
        const auto& records = records_[direction - 1];
        return records.contains(0) || records.contains(record);
    }

    std::array<std::set<std::uint64_t>, 2> records_;
};

}  // namespace weft::agent
