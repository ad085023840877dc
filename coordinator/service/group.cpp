// SPDX-License-Identifier: Apache-2.0
// Security groups (rows 1.11, 4.1).
#include <algorithm>
#include <set>

#include "coordinator/model/routing.h"
#include "coordinator/service/fields.h"
#include "coordinator/service/groups.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::SecurityGroup;
using schema::SecurityRule;

constexpr std::size_t most_references = 64;

Result<void> check_rule(const Context& context, const SecurityGroup& group, const SecurityRule& rule) {
    WEFT_CHECK(schema::check_traffic(rule.protocol, rule.ports, rule.icmp, rule.remote));
    if (rule.remote && rule.group)
        return invalid("group", "a rule has a remote CIDR or a remote group, not both");
    if (!rule.group || rule.group == group.id) return {};
    const auto remote = context.cloud.find<SecurityGroup>(rule.group);
    if (remote && remote->partition == group.partition) return {};
    // Of a partition that routes may lead to, or lead here from, its groups are known here.
    if (remote && (consents(context.cloud, remote->partition, group.partition) ||
                   consents(context.cloud, group.partition, remote->partition)))
        return {};
    return invalid("group", "its partition, and those it peers with, have no group " + to_string(rule.group));
}

// Names the rule, as in "rules[3].ports".
Result<void> check_rules(const Context& context, const SecurityGroup& group) {
    std::set<Id> references;
    for (std::size_t i = 0; i < group.rules.size(); ++i) {
        const auto& rule = group.rules[i];
        const auto place = "rules[" + std::to_string(i) + "]";
        if (auto fits = check_rule(context, group, rule); !fits) {
            auto error = fits.error();
            error.field = place + '.' + error.field;
            return error;
        }
        if (rule.group && rule.group != group.id) references.insert(rule.group);
        const auto same = std::find(group.rules.begin(), group.rules.begin() + static_cast<long>(i), rule);
        if (same != group.rules.begin() + static_cast<long>(i))
            return invalid(place, "is the same as rules[" + std::to_string(same - group.rules.begin()) + "]");
    }
    if (references.size() > most_references)
        return invalid("rules", "they refer to " + std::to_string(references.size()) +
                                    " other groups, of at most " + std::to_string(most_references));
    return check_size(Object{std::make_shared<SecurityGroup>(group)}, "rules");
}

Draft with_references(const Context& context, const SecurityGroup& group) {
    Draft draft = context.draft();
    for (const auto& rule : group.rules)
        if (rule.group && rule.group != group.id) draft.rely(rule.group);
    return draft;
}

}  // namespace

Result<Plan> create_group(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<SecurityGroup>(request.object));
    SecurityGroup& group = given.object;
    WEFT_TRY(const auto partition, resolve<schema::Partition>(context.cloud, context.principal,
                                                              to_string(group.partition), "partition"));
    WEFT_CHECK(context.permit_new(group));
    if (context.cloud.group(partition->id, group.name))
        return conflict("name", "partition " + partition->name + " has a group " + group.name);
    group.id = new_id(Kind::security_group);
    WEFT_CHECK(check_rules(context, group));
    Plan plan{with_references(context, group), "created group " + group.name, group.id};
    plan.draft.rely(partition->id);
    plan.draft.put(group);
    return plan;
}

Result<Plan> modify_group(const Context& context, const SecurityGroup& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    if (before.name == default_group_name && after.name != before.name)
        return conflict("name", "the group of records without one stays '" + before.name + "'");
    const auto same_name = context.cloud.group(after.partition, after.name);
    if (same_name && same_name->id != after.id)
        return conflict("name", "its partition has a group " + after.name);
    WEFT_CHECK(check_rules(context, after));
    return replace(context, with_references(context, after), before, after);
}

Result<Plan> remove_group(const Context& context, const SecurityGroup& group) {
    if (group.name == default_group_name)
        return conflict("", "group " + group.name + " is deleted with its partition only");
    for (const auto& tag : context.cloud.tags_of_group(group.id))
        for (const Id record : context.cloud.records_of_tag(tag->number, 1))
            return conflict("", title(context.cloud.find(record)) + " is in group " + group.name);
    const auto referring = context.cloud.referring_groups(group.id);
    if (!referring.empty())
        return conflict("", "a rule of group " + referring.front()->name + " refers to group " + group.name);
    Plan plan{context.draft(), "deleted group " + group.name};
    WEFT_CHECK(check_unscaled(context, group.id, plan.draft));
    plan.draft.erase(group.id);
    plan.draft.unused(ClaimKind::group_use, group.id);
    return plan;
}

}  // namespace weft::coordinator
