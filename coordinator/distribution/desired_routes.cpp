// SPDX-License-Identifier: Apache-2.0
// The routes among what a host must hold (rows 5.4, 5.5).
#include <algorithm>

#include "coordinator/distribution/desired.h"
#include "coordinator/model/addresses.h"
#include "coordinator/model/routing.h"

namespace weft::coordinator {

using schema::DesiredKind;

namespace {

std::vector<schema::RouteEntry> routes_of(const std::vector<schema::RouteEntry>& routes,
                                          const Prefix& prefix) {
    std::vector<schema::RouteEntry> out;
    std::ranges::copy_if(routes, std::back_inserter(out),
                         [&](const auto& route) { return route.prefix == prefix; });
    return out;
}

// Whether the route's record is there and passes on what it gets.
bool forwards(const Cloud& cloud, const schema::RouteEntry& route) {
    const auto record = cloud.find<schema::Record>(route.record);
    return record && record->status == schema::RecordStatus::available && !record->source_dest_check &&
           !announced(cloud, record->id).empty();
}

// Of records that share a prefix those that forward take part, unless none does: then packets drop for the
// reason of that.
void leave_idle_out(const Cloud& cloud, std::vector<schema::RouteEntry>& hops) {
    const auto idle = [&](const auto& hop) { return !forwards(cloud, hop); };
    if (!std::ranges::all_of(hops, idle)) std::erase_if(hops, idle);
}

// The first address of the route's record in the family of its prefix; unset when it has none.
Address next_hop(const Cloud& cloud, const schema::RouteEntry& route) {
    if (const auto record = cloud.find<schema::Record>(route.record))
        for (const auto& address : record->addresses)
            if (address.is_v4() == route.prefix.address().is_v4()) return address;
    return {};
}

}  // namespace

void add_subnet_keys(const Cloud& cloud, const schema::Subnet& subnet, std::set<Key>& keys) {
    for (const auto& table : cloud.route_tables(subnet.partition)) add_subnet_keys(*table, subnet, keys);
}

void add_subnet_keys(const schema::RouteTable& table, const schema::Subnet& subnet, std::set<Key>& keys) {
    for (const auto& range : ranges_of(subnet))
        for (const auto& prefix : {range.cidr, Prefix::host(range.router)})
            keys.insert({DesiredKind::route, subnet.partition, table.number, prefix});
}

void add_route_keys(const schema::RouteTable& table, std::set<Key>& keys) {
    for (const auto& route : table.routes)
        keys.insert({DesiredKind::route, table.partition, table.number, route.prefix});
}

void add_own_route_keys(const schema::Record& record, std::set<Key>& keys) {
    for (const auto& route : record.routes)
        keys.insert({DesiredKind::route, record.partition, own_table(record), route.prefix});
}

// Those of the record with a port on this host whose own table it is.
const std::vector<schema::RouteEntry>* Desired::own_routes(Id host, std::uint32_t number) const {
    for (const auto& attachment : cloud_.attachments_on_host(host))
        if (const auto record = cloud_.find<schema::Record>(attachment->record);
            record && has_port(*attachment) && own_table(*record) == number)
            return &record->routes;
    return nullptr;
}

std::optional<DesiredObject> Desired::route(Id host, const schema::Partition& partition, std::uint32_t number,
                                            const Prefix& prefix) const {
    if (const auto* routes = own_routes(host, number)) return route(partition, number, prefix, *routes);
    const auto tables = cloud_.route_tables(partition.id);
    const auto table = std::ranges::find_if(tables, [&](const auto& t) { return t->number == number; });
    if (table == tables.end()) return std::nullopt;
    if (const auto subnet = cloud_.subnet_of(partition.id, prefix.address())) {
        const auto range = range_of(*subnet, prefix);
        if (prefix == Prefix::host(range.router))
            return schema::Route{number, prefix, schema::RouteTarget::router, {}, 0};
        if (prefix == range.cidr) return schema::Route{number, prefix, schema::RouteTarget::local, {}, 0};
    }
    return route(partition, number, prefix, (*table)->routes);
}

std::optional<DesiredObject> Desired::route(const schema::Partition& partition, std::uint32_t number,
                                            const Prefix& prefix,
                                            const std::vector<schema::RouteEntry>& routes) const {
    auto hops = routes_of(routes, prefix);
    if (hops.empty()) return std::nullopt;
    schema::Route out{number, prefix, schema::RouteTarget::blackhole, {}, 0};
    switch (hops.front().target) {
        case schema::RouteTo::blackhole: break;
        case schema::RouteTo::local: out.target = schema::RouteTarget::local; break;
        case schema::RouteTo::partition:
            if (!consents(cloud_, hops.front().partition, partition.id)) break;
            out.target = schema::RouteTarget::partition;
            out.gni = cloud_.find<schema::Partition>(hops.front().partition)->gni;
            break;
        case schema::RouteTo::record:
            leave_idle_out(cloud_, hops);
            for (const auto& hop : hops)
                if (const auto address = next_hop(cloud_, hop))
                    out.next_hops.push_back({address, hop.weight});
            if (!out.next_hops.empty()) out.target = schema::RouteTarget::record;
            break;
    }
    return out;
}

}  // namespace weft::coordinator
