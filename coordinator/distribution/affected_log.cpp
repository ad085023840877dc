// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/affected_log.h"

#include <algorithm>

namespace weft::coordinator {

using schema::OperationState;

void AffectedLog::add(Revision revision, std::span<const Change> changes, std::vector<Id> hosts) {
    for (const auto& change : changes) {
        if (change.id.kind != Kind::operation) continue;
        auto& awaited = operations_[change.id];
        for (const Id host : hosts) awaited[host] = revision;
        const auto operation = as<schema::Operation>(change.after);
        const bool open = operation && (operation->state == OperationState::running ||
                                        operation->state == OperationState::compensating);
        if (open || std::ranges::find(ended_, change.id) != ended_.end()) continue;
        ended_.push_back(change.id);
        if (ended_.size() > kept_operations) {
            operations_.erase(ended_.front());
            ended_.pop_front();
        }
    }
    revisions_.push_back({revision, std::move(hosts)});
    if (revisions_.size() > kept_revisions) revisions_.pop_front();
}

Awaited AffectedLog::hosts_of(Revision revision) const {
    Awaited awaited;
    for (const auto& entry : revisions_)
        if (entry.revision == revision)
            for (const Id host : entry.hosts) awaited[host] = revision;
    return awaited;
}

Awaited AffectedLog::hosts_of_operation(Id operation) const {
    const auto at = operations_.find(operation);
    return at == operations_.end() ? Awaited{} : at->second;
}

}  // namespace weft::coordinator
