// SPDX-License-Identifier: Apache-2.0
// Route tables (row 5.4).
#include <algorithm>

#include "coordinator/service/fields.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/routes.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::RouteEntry;
using schema::RouteTable;
using schema::RouteTo;

Result<void> check_route(const Context& context, const RouteTable& table, const RouteEntry& route) {
    if (!route.prefix) return invalid("prefix", "is missing");
    if (route.target == RouteTo::partition || route.partition)
        return invalid("target", "routes into other partitions are not supported");
    if ((route.target == RouteTo::record) != static_cast<bool>(route.record))
        return invalid("record", "goes with the target record, and it alone");
    WEFT_CHECK(check_beside_subnets(context.cloud.subnets(table.partition), route));
    if (!route.record) return {};
    const auto record = context.cloud.find<schema::Record>(route.record);
    if (!record || record->partition != table.partition)
        return invalid("record", "its partition has no record " + to_string(route.record));
    const bool v4 = route.prefix.address().is_v4();
    if (std::ranges::none_of(record->addresses, [&](const Address& a) { return a.is_v4() == v4; }))
        return invalid("record",
                       record->name + " has no address of the family of " + to_string(route.prefix));
    return {};
}

bool are_equal_cost(const RouteEntry& a, const RouteEntry& b) {
    return a.target == RouteTo::record && b.target == RouteTo::record && a.record != b.record;
}

// Names the route, as in "routes[3].record". Adds a note for records that will not forward.
Result<void> check_routes(const Context& context, const RouteTable& table, Plan& plan) {
    for (std::size_t i = 0; i < table.routes.size(); ++i) {
        const auto& route = table.routes[i];
        const auto path = "routes[" + std::to_string(i) + "].";
        if (auto fits = check_route(context, table, route); !fits) {
            auto error = fits.error();
            error.field = path + error.field;
            return error;
        }
        for (std::size_t j = 0; j < i; ++j)
            if (table.routes[j].prefix == route.prefix && !are_equal_cost(table.routes[j], route))
                return invalid(path + "prefix",
                               to_string(route.prefix) + " is given twice: only different records share one");
        if (!route.record) continue;
        plan.draft.rely(route.record);
        const auto record = context.cloud.find<schema::Record>(route.record);
        if (record->source_dest_check)
            plan.notes.push_back("record " + record->name +
                                 " has its source/destination check on: it will not forward");
    }
    return {};
}

}  // namespace

Result<Plan> create_route_table(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<RouteTable>(request.object));
    RouteTable& table = given.object;
    WEFT_TRY(const auto partition, resolve<schema::Partition>(context.cloud, context.principal,
                                                              to_string(table.partition), "partition"));
    if (context.cloud.route_table(partition->id, table.name))
        return conflict("name", "partition " + partition->name + " has a route table " + table.name);
    table.id = new_id(Kind::route_table);
    // Numbers up to 2^24 are those of the partitions' main tables.
    table.number = (schema::max_gni + 1) | static_cast<std::uint32_t>(table.id.value);
    Plan plan{context.draft(), "created route table " + table.name, table.id};
    WEFT_CHECK(check_routes(context, table, plan));
    // A new generation: a subnet created at once, which a route might take away, is checked again.
    plan.draft.put(*partition);
    plan.draft.put(table);
    return plan;
}

Result<Plan> modify_route_table(const Context& context, const RouteTable& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(before, patch));
    if (before.name == main_table_name && after.name != before.name)
        return conflict("name", "the table of subnets without one stays '" + before.name + "'");
    const auto same_name = context.cloud.route_table(after.partition, after.name);
    if (same_name && same_name->id != after.id)
        return conflict("name", "its partition has a route table " + after.name);
    Plan checked{context.draft(), {}};
    WEFT_CHECK(check_routes(context, after, checked));
    if (after.routes != before.routes)
        checked.draft.put(*context.cloud.find<schema::Partition>(after.partition));
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
