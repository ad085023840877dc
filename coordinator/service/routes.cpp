// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/routes.h"

#include <algorithm>

#include "coordinator/model/addresses.h"
#include "coordinator/model/routing.h"

namespace weft::coordinator {

using schema::RouteTo;

schema::RouteTable main_table(const schema::Partition& partition) {
    schema::RouteTable table;
    table.id = new_id(Kind::route_table);
    table.name = main_table_name;
    table.description = "for subnets that name no table";
    table.partition = partition.id;
    table.number = partition.gni;
    return table;
}

namespace {

// The first range of the one that overlaps one of the other.
const Prefix* overlap(const schema::Partition& one, const schema::Partition& other) {
    for (const auto& cidr : one.cidrs)
        for (const auto& theirs : other.cidrs)
            if (cidr.overlaps(theirs)) return &cidr;
    return nullptr;
}

Result<void> check_beside_subnets(const Cloud& cloud, const RouteOwner& owner,
                                  const schema::RouteEntry& route) {
    for (const auto& subnet : cloud.subnets(owner.partition.id))
        for (const auto& range : ranges_of(*subnet)) {
            if (route.target == RouteTo::local) continue;
            if (route.prefix == Prefix::host(range.router))
                return invalid("prefix", to_string(range.router) + " is the router of subnet " +
                                             subnet->name + ", which stays");
            if (!owner.record && range.cidr.contains(route.prefix))
                return invalid("prefix", to_string(route.prefix) + " is inside subnet " + subnet->name +
                                             " (" + to_string(range.cidr) + "), which stays local");
        }
    return {};
}

Result<void> check_hop(const Cloud& cloud, const RouteOwner& owner, const schema::RouteEntry& route) {
    const auto record = cloud.find<schema::Record>(route.record);
    if (!record || record->partition != owner.partition.id)
        return invalid("record", "its partition has no record " + to_string(route.record));
    if (route.record == owner.record) return invalid("record", record->name + " cannot be its own next hop");
    const bool v4 = route.prefix.address().is_v4();
    if (std::ranges::none_of(record->addresses, [&](const Address& a) { return a.is_v4() == v4; }))
        return invalid("record",
                       record->name + " has no address of the family of " + to_string(route.prefix));
    return {};
}

Result<void> check_crossing(const Cloud& cloud, const RouteOwner& owner, const schema::RouteEntry& route) {
    const auto target = cloud.find<schema::Partition>(route.partition);
    if (!target) return invalid("partition", "there is no partition " + to_string(route.partition));
    if (target->id == owner.partition.id)
        return invalid("partition", target->name + " is the route's own partition");
    if (!consents(cloud, target->id, owner.partition.id))
        return refused("partition " + target->name + " does not name " + owner.partition.name +
                       " among its peers");
    const auto holds = [&](const Prefix& cidr) { return cidr.contains(route.prefix); };
    if (std::ranges::none_of(target->cidrs, holds))
        return invalid("prefix",
                       to_string(route.prefix) + " is outside the ranges of partition " + target->name);
    if (auto apart = check_apart(cloud, owner.partition, owner.partition.id, target->id); !apart)
        return conflict("partition", apart.error().text);
    return {};
}

Result<void> check_route(const Cloud& cloud, const RouteOwner& owner, const schema::RouteEntry& route) {
    if (!route.prefix) return invalid("prefix", "is missing");
    if ((route.target == RouteTo::record) != static_cast<bool>(route.record))
        return invalid("record", "goes with the target record, and it alone");
    if ((route.target == RouteTo::partition) != static_cast<bool>(route.partition))
        return invalid("partition", "goes with the target partition, and it alone");
    WEFT_CHECK(check_beside_subnets(cloud, owner, route));
    if (route.record) return check_hop(cloud, owner, route);
    const bool standing = std::ranges::find(owner.before, route) != owner.before.end();
    return route.partition && !standing ? check_crossing(cloud, owner, route) : Result<void>{};
}

bool are_equal_cost(const schema::RouteEntry& a, const schema::RouteEntry& b) {
    return a.target == RouteTo::record && b.target == RouteTo::record && a.record != b.record;
}

Error at(std::size_t index, Error error) {
    error.field =
        "routes[" + std::to_string(index) + "]." + (error.field.empty() ? "partition" : error.field);
    return error;
}

// Those before it with the same prefix.
Result<void> check_beside(std::span<const schema::RouteEntry> earlier, const schema::RouteEntry& route) {
    std::size_t hops = 1;
    for (const auto& other : earlier) {
        if (other.prefix != route.prefix) continue;
        if (!are_equal_cost(other, route))
            return invalid("prefix",
                           to_string(route.prefix) + " is given twice: only different records share one");
        if (++hops > schema::most_next_hops)
            return invalid("prefix", "more than " + std::to_string(schema::most_next_hops) +
                                         " records share " + to_string(route.prefix));
    }
    return {};
}

}  // namespace

Result<void> check_routes(const Context& context, const RouteOwner& owner,
                          std::span<const schema::RouteEntry> routes, Plan& plan) {
    for (std::size_t i = 0; i < routes.size(); ++i) {
        const auto& route = routes[i];
        if (auto fits = check_route(context.cloud, owner, route); !fits) return at(i, fits.error());
        if (auto fits = check_beside(routes.first(i), route); !fits) return at(i, fits.error());
        if (route.partition && context.cloud.find<schema::Partition>(route.partition))
            plan.draft.rely(route.partition);
        if (!route.record) continue;
        plan.draft.rely(route.record);
        const auto record = context.cloud.find<schema::Record>(route.record);
        if (record->source_dest_check)
            plan.notes.push_back("record " + record->name +
                                 " has its source/destination check on: it will not forward");
    }
    return {};
}

Result<void> check_apart(const Cloud& cloud, const schema::Partition& partition, Id from, Id to) {
    const Id other = partition.id == from ? to : from;
    if (const auto peer = cloud.find<schema::Partition>(other))
        if (const auto* cidr = overlap(partition, *peer))
            return conflict("cidrs", to_string(*cidr) + " of partition " + partition.name +
                                         " overlaps partition " + peer->name +
                                         ", to or from which routes lead");
    if (partition.id != from) return {};
    for (const Id third : cloud.route_origins(to)) {
        const auto rival = third == from ? nullptr : cloud.find<schema::Partition>(third);
        const auto* cidr = rival ? overlap(partition, *rival) : nullptr;
        if (cidr != nullptr)
            return conflict("cidrs", to_string(*cidr) + " of partition " + partition.name +
                                         " overlaps partition " + rival->name +
                                         ", whose routes lead into the same one");
    }
    return {};
}

Result<void> check_apart(const Cloud& cloud, const schema::Partition& partition) {
    for (const Id to : cloud.route_targets(partition.id))
        WEFT_CHECK(check_apart(cloud, partition, partition.id, to));
    for (const Id from : cloud.route_origins(partition.id))
        WEFT_CHECK(check_apart(cloud, partition, from, partition.id));
    return {};
}

Result<void> check_beside_routes(const Cloud& cloud, const schema::Subnet& subnet) {
    for (const auto& table : cloud.route_tables(subnet.partition))
        for (const auto& route : table->routes)
            for (const auto& range : ranges_of(subnet))
                if (route.target != RouteTo::local && range.cidr.contains(route.prefix))
                    return conflict("cidr", to_string(range.cidr) + " contains " + to_string(route.prefix) +
                                                ", which route table " + table->name + " sends elsewhere");
    return {};
}

Result<void> check_no_route(const Cloud& cloud, const schema::Record& record) {
    for (const auto& table : cloud.route_tables(record.partition))
        for (const auto& route : table->routes)
            if (route.record == record.id)
                return conflict("", "route table " + table->name + " sends " + to_string(route.prefix) +
                                        " to record " + record.name);
    for (const auto& sender : cloud.records_with_routes(record.partition))
        for (const auto& route : sender->routes)
            if (route.record == record.id)
                return conflict("", "record " + sender->name + " sends " + to_string(route.prefix) +
                                        " to record " + record.name);
    return {};
}

}  // namespace weft::coordinator
