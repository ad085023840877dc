// SPDX-License-Identifier: Apache-2.0
// Which objects failed or wait, and why.
#pragma once

#include <map>
#include <string>

#include "agent/state/outcome.h"

namespace weft::agent {

class Problems {
public:
    // Empty texts, and its device not lost: the object is well.
    void set(const ObjectKey& object, std::string failed, std::string waiting, bool lost) {
        if (failed.empty() && waiting.empty() && !lost)
            reasons_.erase(object);
        else
            reasons_[object] = {std::move(failed), std::move(waiting), lost};
    }
    void clear(const ObjectKey& object) { reasons_.erase(object); }
    // Adds to `outcome`, sorted by object.
    void report(Outcome& outcome) const {
        for (const auto& [object, reason] : reasons_) {
            if (!reason.failed.empty()) outcome.failed.push_back({object, reason.failed});
            if (!reason.waiting.empty()) outcome.waiting.push_back({object, reason.waiting});
            if (reason.lost) outcome.lost.push_back(object);
        }
    }

private:
    struct Reason {
        std::string failed;
        std::string waiting;
        bool lost{false};
    };
    std::map<ObjectKey, Reason> reasons_;
};

}  // namespace weft::agent
