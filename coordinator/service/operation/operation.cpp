// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/operation/operation.h"

#include "coordinator/model/routing.h"

namespace weft::coordinator {

using schema::Attachment;
using schema::Operation;

Next next(const Operation& operation, const Cloud& cloud, const HostView& hosts, std::uint64_t now_us) {
    switch (operation.kind) {
        case schema::OperationKind::attach: return next_attach(operation, cloud, hosts, now_us);
        case schema::OperationKind::detach: return next_detach(operation, cloud, hosts, now_us);
        case schema::OperationKind::move: return next_move(operation, cloud, hosts, now_us);
        case schema::OperationKind::lifecycle: return next_lifecycle(operation, cloud, hosts, now_us);
        case schema::OperationKind::addresses: return next_addresses(operation, cloud, hosts, now_us);
        case schema::OperationKind::failover: return next_failover(operation, cloud, hosts, now_us);
    }
    return Blocked{};
}

std::vector<Ptr<Attachment>> members(const Operation& operation, const Cloud& cloud) {
    std::vector<Ptr<Attachment>> found;
    for (const Id id : operation.attachments)
        if (auto attachment = cloud.find<Attachment>(id); attachment && attachment->operation == operation.id)
            found.push_back(std::move(attachment));
    return found;
}

Revision written(const Cloud& cloud, const Attachment& attachment) {
    return cloud.table<Attachment>().revision(attachment.id);
}

Id unacknowledged_peer(const Cloud& cloud, const HostView& hosts, const Attachment& attachment,
                       Revision revision) {
    const auto record = cloud.find<schema::Record>(attachment.record);
    if (!record) return {};
    auto partitions = peers_of(cloud, record->partition);
    partitions.push_back(record->partition);
    for (const Id partition : partitions)
        for (const Id host : cloud.hosts_of_partition(partition))
            if (!hosts.acked(host, revision) && !hosts.silent(host)) return host;
    return {};
}

void set_phase(Draft& draft, Operation& operation, const std::vector<Ptr<Attachment>>& attachments,
               schema::Phase phase) {
    for (const auto& attachment : attachments) {
        Attachment after = *attachment;
        after.phase = phase;
        after.operation = operation.id;
        if (phase == schema::Phase::attached) {
            after.attach_time = draft.now_us();
            after.operation = {};
        }
        draft.put(after);
    }
    operation.step = to_string(phase);
    draft.put(operation);
}

Advance end_operation(Draft draft, Operation operation, const std::string& error, std::string text) {
    const bool failed = !error.empty();
    operation.state = failed ? schema::OperationState::failed : schema::OperationState::done;
    operation.error = error;
    operation.end_time = draft.now_us();
    draft.put(operation);
    if (failed) text = error;
    return {std::move(draft), std::move(text), failed};
}

}  // namespace weft::coordinator
