// SPDX-License-Identifier: Apache-2.0
// Which counts the coordinator is to be told (row 8.4): absolute ones, so that a report lost or repeated does
// no harm. Knows nothing of clocks or sessions; a new process just tells everything again.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "agent/datapath/datapath.h"
#include "weft/wire/message/usage.h"

namespace weft::agent {

class UsageReporter {
public:
    explicit UsageReporter(std::chrono::seconds interval) : interval_(interval) {}

    // Those of `usage` that the coordinator does not have yet, or `all`; one message at least.
    [[nodiscard]] std::vector<wire::UsageReport> reports(const HostUsage& usage, bool all);
    // The lives of counters that may be forgotten. Unknown and repeated numbers are no harm.
    [[nodiscard]] std::vector<std::uint64_t> acknowledged(std::uint64_t number,
                                                          std::chrono::steady_clock::time_point now);

    [[nodiscard]] std::chrono::seconds interval() const noexcept { return interval_; }
    // When the last report was acknowledged; none was: nothing.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> last() const noexcept { return last_; }

private:
    std::chrono::seconds interval_;
    std::uint64_t number_{0};
    std::map<std::uint64_t, std::vector<wire::UsageCount>> sent_;  // by number, not acknowledged yet
    std::map<std::uint64_t, wire::UsageCount> known_;              // by life: what the coordinator has
    std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace weft::agent
