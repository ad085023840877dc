// SPDX-License-Identifier: Apache-2.0
// cutting at the old host -> programming at the new one -> announcing -> enabling -> attached, all
// attachments of the instance in step. The old host must have stopped before the new one starts: a lost one
// is waited for. When the new host refuses, all go back to the old one by the same steps (compensating).
#include "coordinator/service/operation/operation.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Operation;
using schema::OperationState;
using schema::Phase;
using Attachments = std::vector<Ptr<Attachment>>;

Advance program_on(const Cloud& cloud, Operation operation, const Attachments& attachments, Id host,
                   std::uint64_t now_us) {
    Draft draft{cloud, now_us};
    Attachments placed;
    const auto to = cloud.find<schema::Host>(host);
    for (const auto& attachment : attachments) {
        Attachment copy = *attachment;
        copy.host = host;
        if (to) begin_lease(copy, copy.lease, *to);
        placed.push_back(std::make_shared<Attachment>(copy));
    }
    if (const auto instance = cloud.find<schema::Instance>(operation.instance)) {
        auto there = *instance;
        there.host = host;
        draft.put(there);
    }
    draft.rely(host);
    set_phase(draft, operation, placed, Phase::programming);
    return {std::move(draft)};
}

// The phase that is furthest behind: all advance from there together.
Phase slowest(const Attachments& attachments) {
    Phase phase = Phase::attached;
    for (const auto& attachment : attachments) {
        if (attachment->phase == Phase::cutting) return Phase::cutting;
        phase = std::min(phase, attachment->phase);
    }
    return phase;
}

}  // namespace

Next next_move(const Operation& operation, const Cloud& cloud, const HostView& hosts, std::uint64_t now_us) {
    const auto attachments = members(operation, cloud);
    Draft draft{cloud, now_us};
    Operation after = operation;
    const bool back = operation.state == OperationState::compensating;
    const Id host = back ? operation.from_host : operation.to_host;
    if (attachments.empty())
        return end_operation(std::move(draft), operation, operation.step + ": detached meanwhile", {});
    const Phase phase = slowest(attachments);
    for (const auto& attachment : attachments) {
        const Revision revision = written(cloud, *attachment);
        if (phase == Phase::announcing) {
            if (const Id peer = unacknowledged_peer(cloud, hosts, *attachment, revision))
                return Blocked{peer};
            continue;
        }
        if (!hosts.acked(attachment->host, revision)) return Blocked{attachment->host};
        if (phase != Phase::programming) continue;
        if (const auto reason = hosts.hosts.failure(host, attachment->id)) {
            if (back) return Blocked{host};
            after.state = OperationState::compensating;
            after.error = operation.step + ": " + *reason + "; moved back";
            return program_on(cloud, after, attachments, operation.from_host, now_us);
        }
        if (hosts.hosts.waiting(host, attachment->id)) return Blocked{host};
    }
    switch (phase) {
        case Phase::cutting: return program_on(cloud, after, attachments, host, now_us);
        case Phase::programming: set_phase(draft, after, attachments, Phase::announcing); break;
        case Phase::announcing: set_phase(draft, after, attachments, Phase::enabling); break;
        default:
            set_phase(draft, after, attachments, Phase::attached);
            return end_operation(std::move(draft), after, after.error, "moved");
    }
    return Advance{std::move(draft)};
}

}  // namespace weft::coordinator
