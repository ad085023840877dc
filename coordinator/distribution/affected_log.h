// SPDX-License-Identifier: Apache-2.0
// Which hosts the latest revisions and operations concerned: what `--wait` waits for. Bounded; who wants to
// know asks while the revision is new, or soon after the operation ended. Pure.
#pragma once

#include <deque>
#include <map>
#include <span>
#include <vector>

#include "coordinator/model/object.h"

namespace weft::coordinator {

// What each host has to install.
using Awaited = std::map<Id, Revision>;

class AffectedLog {
public:
    static constexpr std::size_t kept_revisions = 64;
    static constexpr std::size_t kept_operations = 256;  // that ended

    void add(Revision revision, std::span<const Change> changes, std::vector<Id> hosts);

    [[nodiscard]] Awaited hosts_of(Revision revision) const;
    // Each with the newest revision of the operation that concerned it.
    [[nodiscard]] Awaited hosts_of_operation(Id operation) const;

private:
    struct OfRevision {
        Revision revision{0};
        std::vector<Id> hosts;
    };
    std::deque<OfRevision> revisions_;
    std::map<Id, Awaited> operations_;
    std::deque<Id> ended_;
};

}  // namespace weft::coordinator
