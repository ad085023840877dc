// SPDX-License-Identifier: Apache-2.0
// Which hosts the latest revisions and operations concerned: what `--wait` waits for. Bounded; who wants to
// know asks while the revision is new, or soon after the operation ended. Pure.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "coordinator/model/object.h"

namespace weft::coordinator {

class AffectedLog {
public:
    static constexpr std::size_t kept_revisions = 64;
    static constexpr std::size_t kept_operations = 256;  // that ended

    void add(Revision revision, std::span<const Change> changes, std::vector<Id> hosts);

    // Sorted.
    [[nodiscard]] std::vector<Id> hosts_of(Revision revision) const;
    // Of all revisions of the operation so far.
    [[nodiscard]] std::vector<Id> hosts_of_operation(Id operation) const;
    // The newest revision of the operation that concerned a host; 0: none.
    [[nodiscard]] Revision revision_of_operation(Id operation) const;

private:
    struct OfRevision {
        Revision revision{0};
        std::vector<Id> hosts;
    };
    struct OfOperation {
        std::set<Id> hosts;
        Revision revision{0};
    };
    std::deque<OfRevision> revisions_;
    std::map<Id, OfOperation> operations_;
    std::deque<Id> ended_;
};

}  // namespace weft::coordinator
