// SPDX-License-Identifier: Apache-2.0
// Subnets (row 1.14).
#include "coordinator/service/fields.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/routes.h"
#include "coordinator/service/subnet_rules.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {

using schema::Subnet;

namespace {

// Relies on the route table and the ACL, if it names them.
Result<void> check_table(const Context& context, const Subnet& subnet, Draft& draft) {
    if (!subnet.route_table) return {};
    const auto table = context.cloud.find<schema::RouteTable>(subnet.route_table);
    if (!table || table->partition != subnet.partition)
        return invalid("route-table", "its partition has no route table " + to_string(subnet.route_table));
    draft.rely(table->id);
    return {};
}

Result<void> check_acl(const Context& context, const Subnet& subnet, Draft& draft) {
    if (!subnet.acl) return {};
    const auto acl = context.cloud.find<schema::NetworkAcl>(subnet.acl);
    if (!acl || acl->partition != subnet.partition)
        return invalid("acl", "its partition has no acl " + to_string(subnet.acl));
    draft.rely(acl->id);
    return {};
}

}  // namespace

Result<Plan> create_subnet(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<Subnet>(request.object));
    Subnet& subnet = given.object;
    WEFT_TRY(const auto partition, resolve<schema::Partition>(context.cloud, context.principal,
                                                              to_string(subnet.partition), "partition"));
    WEFT_CHECK(context.permit_new(subnet));
    WEFT_CHECK(check_subnet(*partition, subnet, context.cloud.subnets(partition->id)));
    WEFT_CHECK(check_beside_routes(context.cloud, subnet));
    complete_subnet(subnet);
    Plan plan{context.draft(), "created subnet " + subnet.name, subnet.id};
    WEFT_CHECK(check_acl(context, subnet, plan.draft));
    WEFT_CHECK(check_table(context, subnet, plan.draft));
    plan.draft.put(subnet);
    // A new generation of the partition: of two overlapping subnets created at once, one is refused.
    plan.draft.put(*partition);
    return plan;
}

Result<Plan> modify_subnet(const Context& context, const Subnet& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    const auto same_name = context.cloud.subnet(after.partition, after.name);
    if (same_name && same_name->id != after.id)
        return conflict("name", "its partition has a subnet " + after.name);
    Draft draft = context.draft();
    WEFT_CHECK(check_acl(context, after, draft));
    WEFT_CHECK(check_table(context, after, draft));
    return replace(context, std::move(draft), before, after);
}

Result<Plan> remove_subnet(const Context& context, const Subnet& subnet) {
    if (context.cloud.subnet_has_records(subnet.id)) {
        const auto records = context.cloud.records_of_subnet(subnet.id);
        return conflict("", "subnet " + subnet.name + " has " + std::to_string(records.size()) +
                                " records, the first is " + to_string(records.front()));
    }
    Plan plan{context.draft(), "deleted subnet " + subnet.name};
    WEFT_CHECK(check_unscaled(context, subnet.id, plan.draft));
    plan.draft.erase(subnet.id);
    plan.draft.unused(ClaimKind::address, subnet.id);
    return plan;
}

}  // namespace weft::coordinator
