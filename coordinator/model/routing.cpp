// SPDX-License-Identifier: Apache-2.0
#include "coordinator/model/routing.h"

#include <algorithm>

namespace weft::coordinator {

using schema::RouteTo;

std::uint32_t table_number(Id id) { return (schema::max_gni + 1) | static_cast<std::uint32_t>(id.value); }

std::uint32_t own_table(const schema::Record& record) {
    return record.routes.empty() ? 0 : table_number(record.id);
}

Ptr<schema::RouteTable> table_of(const Cloud& cloud, const schema::Subnet& subnet) {
    if (subnet.route_table) return cloud.find<schema::RouteTable>(subnet.route_table);
    const auto partition = cloud.find<schema::Partition>(subnet.partition);
    for (auto& table : cloud.route_tables(subnet.partition))
        if (partition && table->number == partition->gni) return table;
    return nullptr;
}

void each_route(const Cloud& cloud, Id partition,
                const std::function<void(std::uint32_t, const schema::RouteEntry&)>& fn) {
    for (const auto& table : cloud.route_tables(partition))
        for (const auto& route : table->routes) fn(table->number, route);
    for (const auto& record : cloud.records_with_routes(partition))
        for (const auto& route : record->routes) fn(own_table(*record), route);
}

std::set<Id> targets_of(const std::vector<schema::RouteEntry>& routes) {
    std::set<Id> targets;
    for (const auto& route : routes)
        if (route.partition) targets.insert(route.partition);
    return targets;
}

bool consents(const Cloud& cloud, Id to, Id from) {
    const auto partition = cloud.find<schema::Partition>(to);
    return partition && std::ranges::find(partition->peers, from) != partition->peers.end();
}

std::string out_of_force(const Cloud& cloud, Id partition, const schema::RouteEntry& route) {
    if (route.target != RouteTo::partition || consents(cloud, route.partition, partition)) return {};
    const auto target = cloud.find<schema::Partition>(route.partition);
    if (!target) return "partition " + to_string(route.partition) + " is gone";
    return "partition " + target->name + " does not name this one among its peers";
}

std::vector<Id> peers_to(const Cloud& cloud, Id partition) {
    auto peers = cloud.route_targets(partition);
    std::erase_if(peers, [&](Id to) { return !consents(cloud, to, partition); });
    return peers;
}

std::vector<Id> peers_from(const Cloud& cloud, Id partition) {
    auto peers = cloud.route_origins(partition);
    std::erase_if(peers, [&](Id from) { return !consents(cloud, partition, from); });
    return peers;
}

std::vector<Id> peers_of(const Cloud& cloud, Id partition) {
    auto peers = peers_to(cloud, partition);
    for (const Id from : peers_from(cloud, partition))
        if (std::ranges::find(peers, from) == peers.end()) peers.push_back(from);
    return peers;
}

std::vector<Prefix> routed_prefixes(const Cloud& cloud, Id from, Id to) {
    std::vector<Prefix> prefixes;
    if (!consents(cloud, to, from)) return prefixes;
    each_route(cloud, from, [&](std::uint32_t, const schema::RouteEntry& route) {
        if (route.target == RouteTo::partition && route.partition == to) prefixes.push_back(route.prefix);
    });
    return prefixes;
}

}  // namespace weft::coordinator
