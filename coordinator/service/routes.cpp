// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/routes.h"

#include "coordinator/model/addresses.h"

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

Result<void> check_beside_subnets(std::span<const Ptr<schema::Subnet>> subnets,
                                  const schema::RouteEntry& route) {
    for (const auto& subnet : subnets)
        for (const auto& range : ranges_of(*subnet))
            if (route.target != RouteTo::local && range.cidr.contains(route.prefix))
                return invalid("prefix", to_string(route.prefix) + " is inside subnet " + subnet->name +
                                             " (" + to_string(range.cidr) + "), which stays local");
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
    return {};
}

}  // namespace weft::coordinator
