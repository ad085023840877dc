// SPDX-License-Identifier: Apache-2.0
// Route tables (row 5.4).
#include "coordinator/model/routing.h"
#include "coordinator/service/fields.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/routes.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {

using schema::RouteTable;

Result<Plan> create_route_table(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<RouteTable>(request.object));
    RouteTable& table = given.object;
    WEFT_TRY(const auto partition, resolve<schema::Partition>(context.cloud, context.principal,
                                                              to_string(table.partition), "partition"));
    WEFT_CHECK(context.permit_new(table));
    if (context.cloud.route_table(partition->id, table.name))
        return conflict("name", "partition " + partition->name + " has a route table " + table.name);
    table.id = new_id(Kind::route_table);
    table.number = table_number(table.id);
    Plan plan{context.draft(), "created route table " + table.name, table.id};
    WEFT_CHECK(check_routes(context, {*partition, {}, {}}, table.routes, plan));
    // A new generation: a subnet created at once, which a route might take away, is checked again.
    plan.draft.put(*partition);
    plan.draft.put(table);
    return plan;
}

Result<Plan> modify_route_table(const Context& context, const RouteTable& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    if (before.name == main_table_name && after.name != before.name)
        return conflict("name", "the table of subnets without one stays '" + before.name + "'");
    const auto same_name = context.cloud.route_table(after.partition, after.name);
    if (same_name && same_name->id != after.id)
        return conflict("name", "its partition has a route table " + after.name);
    Plan checked{context.draft(), {}};
    const auto partition = context.cloud.find<schema::Partition>(after.partition);
    WEFT_CHECK(check_routes(context, {*partition, {}, before.routes}, after.routes, checked));
    if (after.routes != before.routes) checked.draft.put(*partition);
    WEFT_TRY(auto plan, replace(context, std::move(checked.draft), before, after));
    plan.notes = std::move(checked.notes);
    return plan;
}

Result<Plan> remove_route_table(const Context& context, const RouteTable& table) {
    if (table.name == main_table_name)
        return conflict("", "route table " + table.name + " is deleted with its partition only");
    for (const auto& subnet : context.cloud.subnets(table.partition))
        if (subnet->route_table == table.id)
            return conflict("", "subnet " + subnet->name + " has route table " + table.name);
    Plan plan{context.draft(), "deleted route table " + table.name};
    plan.draft.erase(table.id);
    plan.draft.unused(ClaimKind::table_use, table.id);
    return plan;
}

}  // namespace weft::coordinator
