// SPDX-License-Identifier: Apache-2.0
// Scaling rules (row 2.13): what they may say. What they do: scaling.h.
#include <algorithm>

#include "coordinator/model/scaled.h"
#include "coordinator/service/fields.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/scaling_place.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::ScalingRule;

// `field`: what is wrong if `desired` is out of bounds, by what the requester changed.
Result<void> check_bounds(const ScalingRule& rule, const ScalingRule& before) {
    const auto number = [](std::uint32_t n) { return std::to_string(n); };
    if (rule.minimum > rule.maximum)
        return invalid(
            rule.maximum != before.maximum ? "maximum" : "minimum",
            "the minimum, " + number(rule.minimum) + ", is above the maximum, " + number(rule.maximum));
    const bool asked = rule.desired != before.desired;
    if (rule.desired < rule.minimum)
        return invalid(
            asked ? "desired" : "minimum",
            number(rule.desired) + " are desired, which is below the minimum, " + number(rule.minimum));
    if (rule.desired > rule.maximum)
        return invalid(
            asked ? "desired" : "maximum",
            number(rule.desired) + " are desired, which is above the maximum, " + number(rule.maximum));
    return {};
}

Result<void> check_hosts(const Context& context, const ScalingRule& rule) {
    for (auto at = rule.hosts.begin(); at != rule.hosts.end(); ++at) {
        const auto host = context.cloud.find<schema::Host>(*at);
        if (!host) return invalid("hosts", "there is no host " + to_string(*at));
        if (std::find(rule.hosts.begin(), at, *at) != at)
            return invalid("hosts", "host " + host->name + " is given twice");
        if (host->foreign) return invalid("hosts", "host " + host->name + " runs no agent");
    }
    return {};
}

// Both who asks and the rule's owner, as whom it will act, have the right to what the records come from.
Result<void> check_source(const Context& context, const ScalingRule& rule) {
    if (static_cast<bool>(rule.pool) == static_cast<bool>(rule.subnet))
        return invalid("pool", "either a pool or a subnet is needed");
    if (!rule.security_groups.empty() && !rule.subnet)
        return invalid("security-groups", "are for records made in a subnet");
    if (rule.pool) {
        WEFT_TRY(const auto pool,
                 resolve<schema::Pool>(context.cloud, context.principal, to_string(rule.pool), "pool"));
        return may_use(context.cloud, rule);
    }
    WEFT_TRY(const auto subnet,
             resolve<schema::Subnet>(context.cloud, context.principal, to_string(rule.subnet), "subnet"));
    for (const Id id : rule.security_groups) {
        const auto group = context.cloud.find<schema::SecurityGroup>(id);
        if (!group || group->partition != subnet->partition)
            return invalid("security-groups", "the subnet's partition has no group " + to_string(id));
    }
    return may_use(context.cloud, rule);
}

Result<void> check(const Context& context, const ScalingRule& rule, const ScalingRule& before, Draft& draft) {
    WEFT_CHECK(check_driver_name(rule.driver));
    WEFT_CHECK(check_bounds(rule, before));
    if (rule.hosts != before.hosts) WEFT_CHECK(check_hosts(context, rule));
    if (rule.pool != before.pool || rule.subnet != before.subnet ||
        rule.security_groups != before.security_groups)
        WEFT_CHECK(check_source(context, rule));
    const auto same_name = context.cloud.scaling_rule(rule.owner, rule.name);
    if (same_name && same_name->id != rule.id)
        return conflict("name", rule.owner + " has a scaling rule " + rule.name);
    const auto standing = uses(before);
    for (const Id id : uses(rule))
        if (std::ranges::find(standing, id) == standing.end()) draft.rely(id);
    return {};
}

}  // namespace

Result<Plan> create_scaling_rule(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<ScalingRule>(request.object));
    ScalingRule& rule = given.object;
    if (rule.owner.empty()) rule.owner = context.principal.name;
    if (!given.has(&ScalingRule::desired)) rule.desired = rule.minimum;
    WEFT_CHECK(context.permit_new(rule, "owner"));
    rule.id = new_id(Kind::scaling_rule);
    Plan plan{context.draft(), "created scaling rule " + rule.name, rule.id};
    if (!rule.pool && !rule.subnet) return invalid("pool", "either a pool or a subnet is needed");
    WEFT_CHECK(check(context, rule, {}, plan.draft));
    plan.draft.put(rule);
    return plan;
}

Result<Plan> modify_scaling_rule(const Context& context, const ScalingRule& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    Draft draft = context.draft();
    WEFT_CHECK(check(context, after, before, draft));
    return replace(context, std::move(draft), before, after);
}

Result<Plan> remove_scaling_rule(const Context& context, const ScalingRule& rule) {
    const auto instances = context.cloud.instances_of_rule(rule.id);
    if (!instances.empty())
        return conflict("", "scaling rule " + rule.name + " has " + std::to_string(instances.size()) +
                                " instances, the first is " + instances.front()->name +
                                ": set its desired and minimum to 0, and wait until they are gone");
    Plan plan{context.draft(), "deleted scaling rule " + rule.name};
    plan.draft.erase(rule.id);
    plan.draft.unused(ClaimKind::scaling_instance, rule.id);
    return plan;
}

Result<void> check_unscaled(const Context& context, Id object, Draft& draft) {
    for (const auto& [id, entry] : context.cloud.table<ScalingRule>())
        if (const auto used = uses(*entry.object); std::ranges::find(used, object) != used.end())
            return conflict(
                "", title(context.cloud.find(object)) + " is used by scaling rule " + entry.object->name);
    draft.unused(ClaimKind::scaling_use, object);
    return {};
}

}  // namespace weft::coordinator
