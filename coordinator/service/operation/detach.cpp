// SPDX-License-Identifier: Apache-2.0
// cutting -> withdrawing -> deleted. The old host stops first. A host that is lost cannot be told: the
// mappings are withdrawn at the others without it, so that none of them sends to it or takes from it any
// more, and the attachment stays (withdrawing, "not enforced on H"), and with it the record's exclusive
// claim, until that host is back and has installed the removal, or its lease is over. So nobody else can have
// the record while two might answer for it.
#include <algorithm>

#include "coordinator/model/workload.h"
#include "coordinator/service/operation/operation.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Operation;
using schema::Phase;

// The host whose acknowledgement the attachment still needs; none when it can go on.
Id awaited(const Cloud& cloud, const HostView& hosts, const Attachment& attachment) {
    const Revision revision = written(cloud, attachment);
    const bool own = hosts.acked(attachment.host, revision) || hosts.lapsed(attachment);
    if (attachment.phase == Phase::cutting)
        return own || hosts.silent(attachment.host) ? Id{} : attachment.host;
    if (!own) return attachment.host;
    return unacknowledged_peer(cloud, hosts, attachment, revision);
}

// Whether something is attached that this operation does not take away: it came meanwhile.
bool used_again(const Cloud& cloud, const Draft& draft, Id object) {
    const auto attachments = object.kind == Kind::record ? cloud.attachments_of_record(object)
                                                         : cloud.attachments_of_instance(object);
    return std::any_of(attachments.begin(), attachments.end(), [&](const auto& attachment) {
        return draft.find<Attachment>(attachment->id) != nullptr;
    });
}

// What was attached to a terminated instance while the request was on its way goes too.
bool adopt_latecomers(const Cloud& cloud, Operation& operation, Draft& draft) {
    bool found = false;
    for (const auto& attachment : cloud.attachments_of_instance(operation.instance)) {
        if (attachment->operation == operation.id) continue;
        Attachment late = *attachment;
        late.operation = operation.id;
        late.phase = late.phase == Phase::waiting || late.phase == Phase::programming ? Phase::withdrawing
                                                                                      : Phase::cutting;
        operation.attachments.push_back(late.id);
        draft.put(late);
        found = true;
    }
    return found;
}

}  // namespace

Next next_detach(const Operation& operation, const Cloud& cloud, const HostView& hosts,
                 std::uint64_t now_us) {
    const auto attachments = members(operation, cloud);
    Draft draft{cloud, now_us};
    Operation after = operation;
    after.step = to_string(Phase::withdrawing);
    Id blocked_on;
    bool advances = false;
    std::size_t left = attachments.size();
    for (const auto& attachment : attachments) {
        if (const Id host = awaited(cloud, hosts, *attachment)) {
            if (!blocked_on) blocked_on = host;
            if (attachment->phase == Phase::cutting) after.step = to_string(Phase::cutting);
            continue;
        }
        advances = true;
        if (attachment->phase == Phase::withdrawing) {
            draft.erase(attachment->id);
            if (operation.terminate) erase_terminated(draft, *attachment);
            --left;
        } else {
            Attachment withdrawn = *attachment;
            withdrawn.phase = Phase::withdrawing;
            draft.put(withdrawn);
        }
    }
    if (left == 0 && operation.terminate && !operation.then_delete && adopt_latecomers(cloud, after, draft)) {
        after.step = to_string(Phase::cutting);
        draft.put(after);
        return Advance{std::move(draft)};
    }
    if (left == 0 && operation.terminate) {  // with an instance goes what its driver has of it
        const auto instance = cloud.find<schema::Instance>(operation.instance);
        if (instance && !operation.then_delete && has_workload(*instance)) {
            if (!advances) return Blocked{};
            draft.put(after);
            return Advance{std::move(draft)};
        }
    }
    if (left == 0) {
        const Id doomed = operation.then_delete;
        if (doomed && used_again(cloud, draft, doomed))
            return end_operation(std::move(draft), after, to_string(doomed) + " was attached again meanwhile",
                                 {});
        if (doomed && !is_null(cloud.find(doomed))) erase_unattached(draft, doomed);
        return end_operation(std::move(draft), after, {}, "detached");
    }
    if (!advances) return Blocked{blocked_on};
    draft.put(after);
    return Advance{std::move(draft)};
}

}  // namespace weft::coordinator
