// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/affected_log.h"

#include <algorithm>

namespace weft::coordinator {

using schema::OperationState;

void AffectedLog::add(Revision revision, std::span<const Change> changes, std::vector<Id> hosts) {
    std::ranges::sort(hosts);
    for (const auto& change : changes) {
        if (change.id.kind != Kind::operation) continue;
        auto& of = operations_[change.id];
        if (!hosts.empty()) {
            of.hosts.insert(hosts.begin(), hosts.end());
            of.revision = revision;
        }
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

std::vector<Id> AffectedLog::hosts_of(Revision revision) const {
    for (const auto& entry : revisions_)
        if (entry.revision == revision) return entry.hosts;
    return {};
}

std::vector<Id> AffectedLog::hosts_of_operation(Id operation) const {
    const auto at = operations_.find(operation);
    if (at == operations_.end()) return {};
    return {at->second.hosts.begin(), at->second.hosts.end()};
}

Revision AffectedLog::revision_of_operation(Id operation) const {
    const auto at = operations_.find(operation);
    return at == operations_.end() ? 0 : at->second.revision;
}

}  // namespace weft::coordinator
