// SPDX-License-Identifier: Apache-2.0
// Instances. Placing one on a host, or starting it, lets its waiting attachments go on (row 2.3).
#include <algorithm>

#include "coordinator/model/workload.h"
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

// What contradicts itself, whatever else there is.
Result<void> check_fields(const Instance& instance) {
    WEFT_CHECK(check_netns(instance));
    WEFT_CHECK(check_driver_name(instance.driver));
    if (!instance.parameters.empty() && instance.driver.empty())
        return invalid("parameters", "are for a driver, and none is named");
    if (instance.driver == "netns" && instance.netns.empty())
        return invalid("netns", "is missing: driver netns makes it");
    const bool elsewhere = instance.bare || !instance.hosts.empty();
    if (elsewhere && !instance.host)
        return invalid("host", instance.bare ? "is missing: a bare server is a host"
                                             : "is missing: hosts are further ones");
    if (elsewhere && !instance.driver.empty())
        return invalid("driver", instance.bare
                                     ? "a bare server runs by itself"
                                     : "an instance that spans several hosts is run by somebody else");
    if (instance.bare && !instance.netns.empty())
        return invalid("netns", "a bare server's devices are in the host's own network namespace");
    return {};
}

Result<void> check_hosts(const Context& context, const Instance& before, const Instance& after) {
    std::vector<Id> seen{after.host};
    for (const Id id : after.hosts) {
        const auto host = context.cloud.find<schema::Host>(id);
        if (!host) return invalid("hosts", "there is no host " + to_string(id));
        if (std::ranges::find(seen, id) != seen.end())
            return invalid("hosts", "host " + host->name + " is given twice");
        seen.push_back(id);
    }
    for (const Id id : before.hosts)
        if (std::ranges::find(seen, id) == seen.end())
            for (const auto& attachment : context.cloud.attachments_of_instance(after.id))
                if (attachment->at == id)
                    return conflict("hosts", title(context.cloud.find(id)) + " carries " +
                                                 title(context.cloud.find(attachment->record)) + " of it");
    return {};
}

// A driver is asked by verbs of its own, and keeps what it has until it has let go of it.
Result<void> check_driver(const Instance& before, const Instance& after) {
    const bool held = has_workload(before) && before.reported != schema::DriverState::absent;
    if (after.driver != before.driver && held && before.state != InstanceState::terminated)
        return conflict("driver", "driver " + before.driver + " has instance " + before.name +
                                      " on its host: terminate it first");
    if (after.host != before.host && held && before.state != InstanceState::stopped)
        return conflict(
            "host", "driver " + before.driver + " runs instance " + before.name + " there: stop it first");
    if (after.state != before.state && !after.driver.empty() && after.state != InstanceState::terminated)
        return conflict("state", "instance " + before.name + " is run by driver " + after.driver +
                                     ": launch, suspend, resume or stop it");
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
Result<Plan> terminate(const Context& context, const Instance& before, Instance after) {
    if (has_workload(before)) after.reported = schema::DriverState::unknown;
    const auto attachments = context.cloud.attachments_of_instance(after.id);
    Plan plan{context.draft(), {}};
    if (!attachments.empty()) {
        WEFT_TRY(plan, detach_all(context, attachments, {.terminate = true}));
    }
    for (const auto& attachment : attachments) leave_to_standby(plan.draft, *attachment);
    plan.text = (plan.operation ? "terminating instance " : "terminated instance ") + before.name;
    plan.object = after.id;
    const bool cut = !plan.operation;
    if (cut && has_workload(after)) plan.operation = follow_lifecycle(context, after, false, plan.draft);
    // What is attached meanwhile is found when the operation ends; without one nothing may be.
    if (cut) plan.draft.unused(ClaimKind::instance_attachment, after.id);
    plan.draft.put(after);
    return plan;
}

}  // namespace

// An executable in the drivers' folders of hosts.
Result<void> check_driver_name(const std::string& driver) {
    const auto fits = [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (std::ranges::all_of(driver, fits)) return {};
    return invalid("driver", "'" + driver + "' is not made of a-z, 0-9, - and _");
}

Result<Plan> create_instance(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<Instance>(request.object));
    Instance& instance = given.object;
    if (instance.owner.empty()) instance.owner = context.principal.name;
    instance.scaling_rule = context.principal.scaling_rule;
    WEFT_CHECK(context.permit_new(instance, "owner"));
    WEFT_CHECK(schema::check_principals(instance.attachers, "attachers"));
    WEFT_CHECK(check_fields(instance));
    WEFT_CHECK(check_host(context, instance));
    WEFT_CHECK(check_hosts(context, {}, instance));
    if (!instance.driver.empty()) {
        if (given.has(&Instance::state) && instance.state != InstanceState::stopped)
            return invalid("state", "an instance with a driver is stopped at first: launch it");
        instance.state = InstanceState::stopped;
    }
    if (context.cloud.instance(instance.owner, instance.name))
        return conflict("name", instance.owner + " has an instance " + instance.name);
    instance.id = new_id(Kind::instance);
    Plan plan{context.draft(), "created instance " + instance.name, instance.id};
    if (instance.host) plan.draft.rely(instance.host);
    for (const Id host : instance.hosts) plan.draft.rely(host);
    if (instance.scaling_rule) plan.draft.rely(instance.scaling_rule);
    plan.draft.put(instance);
    return plan;
}

Result<Plan> modify_instance(const Context& context, const Instance& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    WEFT_CHECK(schema::check_principals(after.attachers, "attachers"));
    WEFT_CHECK(check_fields(after));
    WEFT_CHECK(check_attachments(context, before, after));
    if (after.host != before.host) WEFT_CHECK(check_host(context, after));
    WEFT_CHECK(check_hosts(context, before, after));
    const auto same_name = context.cloud.instance(after.owner, after.name);
    if (same_name && same_name->id != after.id)
        return conflict("name", after.owner + " has an instance " + after.name);
    if (before.state == InstanceState::terminated && after.state != before.state)
        return conflict("state", "instance " + before.name + " is terminated, which is final");
    if (after.state == InstanceState::terminated && before.state != after.state)
        return terminate(context, before, after);
    WEFT_CHECK(check_driver(before, after));
    Draft draft = context.draft();
    if (after.host && after.host != before.host) draft.rely(after.host);
    for (const Id host : after.hosts) draft.rely(host);
    return replace(context, std::move(draft), before, after);
}

Result<Plan> remove_instance(const Context& context, const Instance& instance) {
    const auto attachments = context.cloud.attachments_of_instance(instance.id);
    if (has_workload(instance) && instance.reported != schema::DriverState::absent && !context.options.force)
        return conflict("", "driver " + instance.driver + " has instance " + instance.name +
                                " on its host: terminate it first, or force");
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
