// SPDX-License-Identifier: Apache-2.0
// What a change of routes, or of who peers with whom, touches; and which hosts are concerned of a partition.
#include "coordinator/distribution/affected_pass.h"
#include "coordinator/distribution/crossing.h"
#include "coordinator/distribution/desired.h"
#include "coordinator/model/routing.h"

namespace weft::coordinator {

using schema::DesiredKind;

std::vector<Id> Pass::hosts_of(Id partition) const {
    auto hosts = cloud_.hosts_of_partition(partition);
    if (const auto at = former_hosts_.find(partition); at != former_hosts_.end())
        for (const Id former : at->second)
            if (std::ranges::find(hosts, former) == hosts.end()) hosts.push_back(former);
    if (!only_) return hosts;
    return std::ranges::find(hosts, *only_) == hosts.end() ? std::vector<Id>{} : std::vector{*only_};
}

std::vector<Id> Pass::around(Id partition) const {
    std::vector<Id> partitions{partition};
    for (const Id to : cloud_.route_targets(partition)) partitions.push_back(to);
    for (const Id from : cloud_.route_origins(partition)) partitions.push_back(from);
    return partitions;
}

std::set<Id> Pass::peers_around(Id partition) const {
    std::set<Id> hosts;
    for (const Id one : around(partition)) {
        for (const Id host : cloud_.hosts_of_partition(one)) hosts.insert(host);
        if (const auto at = former_hosts_.find(one); at != former_hosts_.end())
            hosts.insert(at->second.begin(), at->second.end());
    }
    return hosts;
}

std::vector<Id> Pass::hosts_around(Id partition) const {
    const auto hosts = peers_around(partition);
    if (!only_) return {hosts.begin(), hosts.end()};
    return hosts.contains(*only_) ? std::vector{*only_} : std::vector<Id>{};
}

// An attachment came to the host or left it: the host may now begin or cease to hold the whole partition.
void Pass::membership(Id host, Id id) const {
    const auto partition = find<schema::Partition>(id);
    if (!partition || (!only_ && stays(host, id))) return;
    for (const Id other : hosts_around(id)) mark(other, peer_key(host));
    if (only_ && *only_ != host) return;
    std::set<Key> keys;
    add_partition_keys(cloud_, *partition, keys);
    for (const Id other : peers_around(id)) keys.insert(peer_key(other));
    for (const Id to : cloud_.route_targets(id)) add_crossing_keys(cloud_, id, to, keys);
    for (const Id from : cloud_.route_origins(id)) add_crossing_keys(cloud_, from, id, keys);
    for (const auto& key : keys) mark(host, key);
}

// Whether some attachment held the host in the partition before and still does.
bool Pass::stays(Id host, Id partition) const {
    return std::ranges::any_of(cloud_.attachments_on_host(host), [&](const auto& attachment) {
        if (partition_of(*attachment) != partition) return false;
        const bool changed =
            std::ranges::any_of(changes_, [&](const Change& c) { return c.id == attachment->id; });
        const auto former = former_.find(attachment->id);
        const auto was = former == former_.end() ? nullptr : as<schema::Attachment>(former->second);
        return !changed || (was && was->host == host);
    });
}

void Pass::table(const Sides<schema::RouteTable>& change) const {
    static const std::vector<schema::RouteEntry> none;
    const auto& any = change.after ? *change.after : *change.before;
    std::set<Key> keys;
    for (const auto& side : {change.before, change.after})
        if (side) add_route_keys(*side, keys);
    // With the table its routes to the subnets come and go, and its number at the ports of those that name
    // it.
    if (!change.before || !change.after || only_)
        for (const auto& subnet : cloud_.subnets(any.partition)) {
            add_subnet_keys(any, *subnet, keys);
            if (subnet->route_table == any.id) ports_of(*subnet, {});
        }
    mark(hosts_of(any.partition), keys);
    links(any.partition, change.before ? change.before->routes : none,
          change.after ? change.after->routes : none);
}

// Routes whose next hop is the record.
void Pass::routes_to(const schema::Record& record) const {
    std::set<Key> keys;
    each_route(cloud_, record.partition, [&](std::uint32_t table, const schema::RouteEntry& route) {
        if (route.record == record.id)
            keys.insert({DesiredKind::route, record.partition, table, route.prefix});
    });
    if (!keys.empty()) mark(hosts_of(record.partition), keys);
}

void Pass::own_routes(const schema::Record& record, Id host) const {
    std::set<Key> keys;
    add_own_route_keys(record, keys);
    for (const auto& key : keys) mark(host, key);
}

// Routes of the partition that lead into others came, went or changed.
void Pass::links(Id partition, const std::vector<schema::RouteEntry>& before,
                 const std::vector<schema::RouteEntry>& after) const {
    if (before == after) return;
    auto targets = targets_of(before);
    targets.merge(targets_of(after));
    for (const Id to : targets) link(partition, to);
}

// All that the hosts of both hold because of routes between the two.
void Pass::link(Id from, Id to) const {
    std::set<Key> keys;
    add_crossing_keys(cloud_, from, to, keys);
    const auto senders = hosts_of(from);
    const auto receivers = hosts_of(to);
    for (const Id a : senders)
        for (const Id b : receivers) {
            mark(a, peer_key(b));
            mark(b, peer_key(a));
        }
    mark(senders, keys);
    mark(receivers, keys);
}

// Partitions whose routes may lead here came or went.
void Pass::peers(const schema::Partition& partition, const std::vector<Id>& before,
                 const std::vector<Id>& after) const {
    for (const Id from : cloud_.route_origins(partition.id)) {
        const bool was = std::ranges::find(before, from) != before.end();
        if (was == (std::ranges::find(after, from) != after.end())) continue;
        link(from, partition.id);
        std::set<Key> keys;
        each_route(cloud_, from, [&](std::uint32_t table, const schema::RouteEntry& route) {
            if (route.partition == partition.id) keys.insert({DesiredKind::route, from, table, route.prefix});
        });
        mark(hosts_of(from), keys);
    }
}

// What a partition's ports have from it: the MTU follows from its dedicated hosts.
void Pass::partition(const Sides<schema::Partition>& change) const {
    static const std::vector<Id> none;
    peers(change.after ? *change.after : *change.before, change.before ? change.before->peers : none,
          change.after ? change.after->peers : none);
    if (!change.before || !change.after) return;
    const auto& before = *change.before;
    const auto& after = *change.after;
    if (before.dedicated_hosts == after.dedicated_hosts && before.dns == after.dns &&
        before.unreachable == after.unreachable)
        return;
    for (const auto& attachment : cloud_.attachments_in_partition(change.after->id))
        if (has_port(*attachment)) mark(attachment->host, port_key(attachment->id));
}

}  // namespace weft::coordinator
