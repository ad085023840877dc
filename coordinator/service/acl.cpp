// SPDX-License-Identifier: Apache-2.0
// Network ACLs (rows 1.11, 4.2).
#include <algorithm>

#include "coordinator/service/fields.h"
#include "coordinator/service/groups.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::AclRule;
using schema::NetworkAcl;

// Names the rule, as in "rules[3].ports". Sorts them by direction and number.
Result<void> check_rules(NetworkAcl& acl) {
    const auto place = [](const AclRule& rule) { return std::pair{rule.direction, rule.number}; };
    for (std::size_t i = 0; i < acl.rules.size(); ++i) {
        const auto& rule = acl.rules[i];
        const auto path = "rules[" + std::to_string(i) + "].";
        if (auto fits = schema::check_traffic(rule.protocol, rule.ports, rule.icmp, rule.remote); !fits) {
            auto error = fits.error();
            error.field = path + error.field;
            return error;
        }
        if (rule.number == 0) return invalid(path + "number", "is missing");
        for (std::size_t j = 0; j < i; ++j)
            if (place(acl.rules[j]) == place(rule))
                return invalid(path + "number", std::to_string(rule.number) + " is given twice for " +
                                                    std::string(to_string(rule.direction)));
    }
    std::ranges::sort(acl.rules, {}, place);
    return {};
}

}  // namespace

Result<Plan> create_acl(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<NetworkAcl>(request.object));
    NetworkAcl& acl = given.object;
    WEFT_TRY(const auto partition, resolve<schema::Partition>(context.cloud, context.principal,
                                                              to_string(acl.partition), "partition"));
    WEFT_CHECK(context.permit_new(acl));
    if (context.cloud.acl(partition->id, acl.name))
        return conflict("name", "partition " + partition->name + " has an ACL " + acl.name);
    WEFT_CHECK(check_rules(acl));
    acl.id = new_id(Kind::network_acl);
    Plan plan{context.draft(), "created acl " + acl.name, acl.id};
    plan.draft.rely(partition->id);
    plan.draft.put(acl);
    return plan;
}

Result<Plan> modify_acl(const Context& context, const NetworkAcl& before, const Bytes& patch) {
    WEFT_TRY(auto after, patched(context, before, patch));
    const auto same_name = context.cloud.acl(after.partition, after.name);
    if (same_name && same_name->id != after.id)
        return conflict("name", "its partition has an ACL " + after.name);
    WEFT_CHECK(check_rules(after));
    return replace(context, context.draft(), before, after);
}

Result<Plan> remove_acl(const Context& context, const NetworkAcl& acl) {
    const auto subnets = context.cloud.subnets_of_acl(acl.id);
    if (!subnets.empty()) return conflict("", "subnet " + subnets.front()->name + " has acl " + acl.name);
    Plan plan{context.draft(), "deleted acl " + acl.name};
    plan.draft.erase(acl.id);
    plan.draft.unused(ClaimKind::acl_use, acl.id);
    return plan;
}

}  // namespace weft::coordinator
