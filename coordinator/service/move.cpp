// SPDX-License-Identifier: Apache-2.0
// Move an instance with all its records to another host: they are cut at the old one, programmed at the new
// one, and go back if it refuses (operation_move.cpp).
#include "coordinator/model/workload.h"
#include "coordinator/service/device.h"
#include "coordinator/service/placement.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Host;
using schema::Instance;
using schema::Phase;

Result<void> check_hosts(const Context& context, const Instance& instance, const Host& to) {
    if (auto why = unusable(context.hosts, to); !why.empty())
        return conflict("host", "host " + to.name + " cannot be used: " + why);
    if (!answers(context.hosts.session(to.id)))
        return Error{ErrorCode::unreachable,
                     "host " + to.name + " is " + std::string(to_string(context.hosts.session(to.id))),
                     "host", 0};
    if (!answers(context.hosts.session(instance.host)))
        return Error{ErrorCode::unreachable,
                     "instance " + instance.name + " may still run on " +
                         title(context.cloud.find(instance.host)) + ", which is " +
                         std::string(to_string(context.hosts.session(instance.host))),
                     "instance", 0};
    return {};
}

}  // namespace

Result<Plan> move(const Context& context, const wire::MoveRequest& request) {
    const auto& cloud = context.cloud;
    WEFT_CHECK(permit(context.principal, Verb::move, Kind::instance));
    WEFT_TRY(const auto instance, resolve<Instance>(cloud, context.principal, request.instance, "instance"));
    WEFT_TRY(const auto to, resolve<Host>(cloud, context.principal, request.host, "host"));
    WEFT_CHECK(check_generation(context.options, Object{instance}));

    if (!instance->hosts.empty())
        return conflict("instance", "instance " + instance->name + " spans several hosts");
    if (instance->bare)
        return conflict("instance", "instance " + instance->name + " is host " +
                                        title(cloud.find(instance->host)) + " itself");
    if (has_workload(*instance) && instance->reported != schema::DriverState::absent)
        return conflict("instance", "driver " + instance->driver + ", which runs instance " + instance->name +
                                        ", cannot move it: stop it with --detach, then give it another host");

    std::vector<Ptr<Attachment>> moving;
    for (const auto& attachment : cloud.attachments_of_instance(instance->id)) {
        const auto record = cloud.find<schema::Record>(attachment->record);
        WEFT_CHECK(check_placement(cloud, *record, *to));
        WEFT_CHECK(check_device_free(cloud, *attachment, *to));
        if (attachment->phase == Phase::waiting) continue;  // goes wherever the instance is
        const auto current = cloud.find<schema::Operation>(attachment->operation);
        if (current && current->kind == schema::OperationKind::move && current->to_host == to->id)
            return already(
                context, {context.draft(), "already moving to host " + to->name, instance->id, current->id});
        if (attachment->phase != Phase::attached)
            return conflict("instance", "record " + record->name + " is " +
                                            std::string(to_string(attachment->phase)) + ": try again");
        moving.push_back(attachment);
    }
    if (instance->host == to->id)
        return already(context,
                       {context.draft(), "instance " + instance->name + " is already on host " + to->name,
                        instance->id});

    Plan plan{context.draft(), "moved instance " + instance->name + " to host " + to->name, instance->id};
    plan.draft.rely(to->id);
    if (moving.empty()) {
        Instance after = *instance;
        after.host = to->id;
        plan.draft.put(after);
        return plan;
    }
    WEFT_CHECK(check_hosts(context, *instance, *to));
    schema::Operation operation;
    operation.id = new_id(Kind::operation);
    operation.kind = schema::OperationKind::move;
    operation.step = to_string(Phase::cutting);
    operation.instance = instance->id;
    operation.from_host = instance->host;
    operation.to_host = to->id;
    operation.principal = context.principal.name;
    for (const auto& attachment : moving) {
        Attachment after = *attachment;
        after.phase = Phase::cutting;
        after.operation = operation.id;
        operation.attachments.push_back(after.id);
        plan.draft.put(after);
    }
    plan.text = "moving instance " + instance->name + " to host " + to->name;
    plan.operation = operation.id;
    plan.draft.rely(instance->id);
    plan.draft.put(operation);
    return plan;
}

}  // namespace weft::coordinator
