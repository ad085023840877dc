// SPDX-License-Identifier: Apache-2.0
// Detach by record and instance, by record alone, or all of an instance (row 2.4).
#include <algorithm>
#include <set>

#include "coordinator/service/groups.h"
#include "coordinator/service/kept_rules.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/routes.h"
#include "coordinator/service/standby.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Operation;
using schema::Phase;

bool is_active(const schema::Instance& instance) {
    return instance.state != schema::InstanceState::stopped &&
           instance.state != schema::InstanceState::terminated;
}

// On its way off the instance. What a move has cut at one host comes back on the other.
bool leaving(const Cloud& cloud, const Attachment& a) {
    if (a.phase != Phase::cutting && a.phase != Phase::withdrawing) return false;
    const auto operation = cloud.find<Operation>(a.operation);
    return !operation || operation->kind != schema::OperationKind::move;
}

// What the attachment was in the middle of ends here, unless it is a move that goes on with others.
void supersede(Draft& draft, const Attachment& attachment, const Operation& by) {
    const auto current = draft.find<Operation>(attachment.operation);
    if (!current || current->id == by.id ||
        (current->kind != schema::OperationKind::attach && current->kind != schema::OperationKind::failover))
        return;
    Operation ended = *current;
    ended.state = schema::OperationState::failed;
    ended.error = ended.step + ": detached meanwhile by " + to_string(by.id);
    ended.end_time = draft.now_us();
    draft.put(ended);
}

// The rules go with the attachment when the instance's owner ends it.
Result<void> settle_rules(const Context& context, const Attachment& attachment, Draft& draft) {
    const auto instance = context.cloud.find<schema::Instance>(attachment.instance);
    const bool own = instance && instance->owner == context.principal.name;
    return keep_rules(draft, attachment.instance, attachment.record,
                      own ? std::vector<schema::SecurityRule>{} : attachment.rules);
}

Result<std::vector<Ptr<Attachment>>> chosen(const Context& context, const wire::DetachRequest& request,
                                            std::string& what) {
    const auto& cloud = context.cloud;
    if (request.record.empty() && request.instance.empty())
        return invalid("record", "a record, an instance, or both are needed");
    if (request.record.empty()) {
        WEFT_TRY(const auto instance,
                 resolve<schema::Instance>(cloud, context.principal, request.instance, "instance"));
        what = "instance " + instance->name + " has no records attached";
        return cloud.attachments_of_instance(instance->id);
    }
    WEFT_TRY(const auto record, resolve<schema::Record>(cloud, context.principal, request.record, "record"));
    WEFT_CHECK(check_generation(context.options, Object{record}));
    what = "record " + record->name + " is already detached";
    if (request.instance.empty()) return cloud.attachments_of_record(record->id);
    WEFT_TRY(const auto instance,
             resolve<schema::Instance>(cloud, context.principal, request.instance, "instance"));
    what = "record " + record->name + " is not attached to instance " + instance->name;
    std::vector<Ptr<Attachment>> found;
    if (auto attachment = cloud.attachment(record->id, instance->id)) found.push_back(std::move(attachment));
    return found;
}

}  // namespace

Result<void> check_keeps_record(const Context& context, const std::vector<Ptr<Attachment>>& lost,
                                Draft& draft) {
    const auto& cloud = context.cloud;
    std::set<Id> instances;
    for (const auto& attachment : lost) {
        const auto record = cloud.find<schema::Record>(attachment->record);
        const auto partition = record ? cloud.find<schema::Partition>(record->partition) : nullptr;
        if (partition && partition->require_record) instances.insert(attachment->instance);
    }
    const auto is_lost = [&](const Ptr<Attachment>& a) {
        return leaving(cloud, *a) || std::ranges::any_of(lost, [&](const auto& l) { return l->id == a->id; });
    };
    for (const Id id : instances) {
        const auto instance = cloud.find<schema::Instance>(id);
        if (!instance || !is_active(*instance)) continue;
        if (std::ranges::all_of(cloud.attachments_of_instance(id), is_lost))
            return conflict("instance", "instance " + instance->name + " is " +
                                            std::string(to_string(instance->state)) +
                                            " and would be without a record, which a partition's "
                                            "require-record forbids: stop or terminate it first");
        // A new generation: of two that take its last records at once, one is planned again.
        draft.put(*instance);
    }
    return {};
}

void erase_unattached(Draft& draft, Id object) {
    const auto record = draft.find<schema::Record>(object);
    draft.erase(object);
    if (record) {
        leave_groups(draft, *record);
        forget_rules(draft, object);
        draft.unused(ClaimKind::route_use, object);
    } else {
        leave_standbys(draft, object);
    }
    draft.unused(object.kind == Kind::record ? ClaimKind::attachment : ClaimKind::instance_attachment,
                 object);
}

void erase_unless_held(Draft& draft, Id id) {
    const auto& cloud = draft.cloud();
    const auto record = draft.find<schema::Record>(id);
    if (!record || !check_no_route(cloud, *record)) return;
    for (const auto& attachment : cloud.attachments_of_record(id))
        if (draft.find<Attachment>(attachment->id)) return;
    erase_unattached(draft, id);
}

void erase_terminated(Draft& draft, const Attachment& attachment) {
    if (attachment.delete_on_terminate) erase_unless_held(draft, attachment.record);
}

void take_over(Draft& draft, Operation& operation, const std::vector<Ptr<Attachment>>& attachments) {
    for (const auto& attachment : attachments) {
        supersede(draft, *attachment, operation);
        if (attachment->phase == Phase::waiting) {  // no host has heard of it
            draft.erase(attachment->id);
            if (operation.terminate) erase_terminated(draft, *attachment);
            continue;
        }
        operation.attachments.push_back(attachment->id);
        Attachment after = *attachment;
        after.operation = operation.id;
        // Without mappings there are none to keep until the port is gone.
        if (after.phase == Phase::programming)
            after.phase = Phase::withdrawing;
        else if (after.phase != Phase::withdrawing)
            after.phase = Phase::cutting;
        draft.put(after);
    }
}

Result<Plan> detach_all(const Context& context, const std::vector<Ptr<Attachment>>& attachments,
                        const Afterwards& afterwards) {
    Plan plan{context.draft(), {}};
    if (!afterwards.terminate) {
        WEFT_CHECK(check_keeps_record(context, attachments, plan.draft));
        if (!afterwards.then_delete)
            for (const auto& attachment : attachments)
                WEFT_CHECK(settle_rules(context, *attachment, plan.draft));
    }
    std::string names;
    for (const auto& attachment : attachments)
        names += (names.empty() ? "" : ", ") + title(context.cloud.find(attachment->record));
    Operation operation;
    operation.id = new_id(Kind::operation);
    operation.kind = schema::OperationKind::detach;
    operation.step = to_string(Phase::cutting);
    operation.principal = context.principal.name;
    operation.then_delete = afterwards.then_delete;
    operation.terminate = afterwards.terminate;
    operation.instance = attachments.front()->instance;
    take_over(plan.draft, operation, attachments);
    const bool at_once = operation.attachments.empty();
    plan.text = (at_once ? "detached " : "detaching ") + names;
    if (at_once) {
        if (afterwards.then_delete) erase_unattached(plan.draft, afterwards.then_delete);
        return plan;
    }
    plan.operation = operation.id;
    if (operation.attachments.size() == 1) plan.object = operation.attachments.front();
    plan.draft.put(operation);
    return plan;
}

Result<Plan> detach(const Context& context, const wire::DetachRequest& request) {
    std::string nothing;
    WEFT_TRY(auto attachments, chosen(context, request, nothing));
    if (attachments.empty()) return already(context, {context.draft(), nothing});
    // All or none: who may detach only some of them names the instance.
    for (const auto& attachment : attachments) WEFT_CHECK(context.permit(Verb::detach, Object{attachment}));
    // What goes over to a standby is to be nobody's instead.
    const auto is_leaving = [&](const Ptr<Attachment>& a) {
        const auto operation = context.cloud.find<Operation>(a->operation);
        return leaving(context.cloud, *a) &&
               !(operation && operation->kind == schema::OperationKind::failover);
    };
    if (std::all_of(attachments.begin(), attachments.end(), is_leaving))
        return already(context, {context.draft(), "already detaching", attachments.front()->id,
                                 attachments.front()->operation});
    attachments.erase(std::remove_if(attachments.begin(), attachments.end(), is_leaving), attachments.end());
    return detach_all(context, attachments, {});
}

}  // namespace weft::coordinator
