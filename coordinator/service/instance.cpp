// SPDX-License-Identifier: Apache-2.0
// Instances. Placing one on a host, or starting it, lets its waiting attachments go on (row 2.3).
#include "coordinator/service/fields.h"
#include "coordinator/service/placement.h"
#include "coordinator/service/standby.h"
#include "coordinator/service/verbs.h"
#include "weft/schema/principal_list.h"

namespace weft::coordinator {
namespace {

using schema::Instance;
using schema::InstanceState;
using schema::Phase;

Result<void> check_netns(const Instance& instance) {
    if (instance.netns.find('/') != std::string::npos || instance.netns == "." || instance.netns == "..")
        return invalid("netns", "'" + instance.netns + "' is not the name of a network namespace");
    return {};
}

Result<void> check_host(const Context& context, const Instance& instance) {
    if (!instance.host) return {};
    const auto host = context.cloud.find<schema::Host>(instance.host);
    if (!host) return invalid("host", "there is no host " + to_string(instance.host));
    for (const auto& attachment : context.cloud.attachments_of_instance(instance.id))
        if (const auto record = context.cloud.find<schema::Record>(attachment->record))
            WEFT_CHECK(check_placement(context.cloud, *record, *host));
    return {};
}

// What needs the attachments not to be on a host yet.
Result<void> check_attachments(const Context& context, const Instance& before, const Instance& after) {
    if (before.host == after.host) return {};
    for (const auto& attachment : context.cloud.attachments_of_instance(after.id))
        if (attachment->phase != Phase::waiting)
            return conflict("host", "instance " + after.name + " has attachments on its host: move it");
    return {};
}

// Its records are detached, those with delete-on-terminate deleted, the others kept (row 2.9).
Result<Plan> terminate(const Context& context, const Instance& before, const Instance& after) {
    const auto attachments = context.cloud.attachments_of_instance(after.id);
    Plan plan{context.draft(), {}};
    if (!attachments.empty()) {
        WEFT_TRY(plan, detach_all(context, attachments, {.terminate = true}));
    }
    for (const auto& attachment : attachments) leave_to_standby(plan.draft, *attachment);
    plan.text = (plan.operation ? "terminating instance " : "terminated instance ") + before.name;
    plan.object = after.id;
    // What is attached meanwhile is found when the operation ends; without one nothing may be.
    if (!plan.operation) plan.draft.unused(ClaimKind::instance_attachment, after.id);
    plan.draft.put(after);
    return plan;
}

}  // namespace

Result<Plan> create_instance(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<Instance>(request.object));
    Instance& instance = given.object;
    if (instance.owner.empty()) instance.owner = context.principal.name;
    WEFT_CHECK(context.permit_new(instance, "owner"));
    WEFT_CHECK(schema::check_principals(instance.attachers, "attachers"));
    WEFT_CHECK(check_netns(instance));
    WEFT_CHECK(check_host(context, instance));
    if (context.cloud.instance(instance.owner, instance.name))
        return conflict("name", instance.owner + " has an instance " + instance.name);
    instance.id = new_id(Kind::instance);
    Plan plan{context.draft(), "created instance " + instance.name, instance.id};
    if (instance.host) plan.draft.rely(instance.host);
    plan.draft.put(instance);
    return plan;
}

Result<Plan> modify_instance(const Context& context, const Instance& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    WEFT_CHECK(schema::check_principals(after.attachers, "attachers"));
    WEFT_CHECK(check_netns(after));
    WEFT_CHECK(check_attachments(context, before, after));
    if (after.host != before.host) WEFT_CHECK(check_host(context, after));
    const auto same_name = context.cloud.instance(after.owner, after.name);
    if (same_name && same_name->id != after.id)
        return conflict("name", after.owner + " has an instance " + after.name);
    if (before.state == InstanceState::terminated && after.state != before.state)
        return conflict("state", "instance " + before.name + " is terminated, which is final");
    if (after.state == InstanceState::terminated && before.state != after.state)
        return terminate(context, before, after);
    Draft draft = context.draft();
    if (after.host && after.host != before.host) draft.rely(after.host);
    return replace(context, std::move(draft), before, after);
}

Result<Plan> remove_instance(const Context& context, const Instance& instance) {
    const auto attachments = context.cloud.attachments_of_instance(instance.id);
    if (!attachments.empty()) {
        if (!context.options.force)
            return conflict("", "instance " + instance.name + " has " + std::to_string(attachments.size()) +
                                    " attachments: detach them first, or force");
        WEFT_TRY(auto plan,
                 detach_all(context, attachments, {.then_delete = instance.id, .terminate = true}));
        for (const auto& attachment : attachments) leave_to_standby(plan.draft, *attachment);
        return plan;
    }
    Plan plan{context.draft(), "deleted instance " + instance.name};
    erase_unattached(plan.draft, instance.id);
    return plan;
}

}  // namespace weft::coordinator
