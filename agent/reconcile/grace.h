// SPDX-License-Identifier: Apache-2.0
// Policies that no port uses any more stay in the maps until a packet that found their id is surely through:
// for one whole period of repairs, ten seconds or more.
#pragma once

#include <cstdint>
#include <map>

namespace weft::agent {

class Grace {
public:
    // Whether the entries of this unused policy stay for now. Its time begins with the first call.
    [[nodiscard]] bool keeps(std::uint32_t policy) {
        return leaving_.try_emplace(policy, 2U).first->second > 0;
    }
    // It is in use again.
    void forget(std::uint32_t policy) { leaving_.erase(policy); }
    // At a repair, before the maps are compared: what then is still there and not kept goes.
    void pass() {
        std::erase_if(leaving_, [](const auto& entry) { return entry.second == 0; });
        for (auto& [policy, repairs] : leaving_) --repairs;
    }

private:
    std::map<std::uint32_t, unsigned> leaving_;  // repairs that it stays for
};

}  // namespace weft::agent
