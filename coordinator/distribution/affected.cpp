// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/affected.h"

#include <algorithm>
#include <set>

#include "coordinator/distribution/affected_pass.h"
#include "coordinator/distribution/crossing.h"
#include "coordinator/distribution/desired.h"
#include "coordinator/model/addresses.h"
#include "coordinator/model/routing.h"

namespace weft::coordinator {

namespace {

bool same_port(const schema::Attachment& a, const schema::Attachment& b) {
    return a.host == b.host && has_port(a) == has_port(b) && may_transmit(a) == may_transmit(b) &&
           a.device == b.device && a.netns == b.netns && a.vlan == b.vlan && a.device_of == b.device_of &&
           a.device_mac == b.device_mac && a.lease == b.lease && a.rules == b.rules && a.made == b.made;
}

bool same_mapping(const schema::Attachment& a, const schema::Attachment& b) {
    return is_mapped(a) == is_mapped(b) && (!is_mapped(a) || a.host == b.host);
}

// Whether flows to a shared record may come to it as before.
bool same_member(const schema::Attachment& a, const schema::Attachment& b) {
    return a.host == b.host && a.phase == b.phase && a.failed == b.failed && a.operation == b.operation;
}

bool same_subnets(const schema::Record& a, const schema::Record& b) {
    return a.subnet == b.subnet && a.subnets == b.subnets && a.former_addresses == b.former_addresses &&
           a.former_prefixes == b.former_prefixes;
}

// Whether the record has addresses of the subnet.
bool is_in(const Cloud& cloud, const schema::Record& record, Id subnet) {
    return std::ranges::count(subnets_of(cloud, record), subnet) != 0;
}

bool leads_out(const std::vector<schema::RouteEntry>& routes) {
    return std::ranges::any_of(routes, [](const auto& route) { return static_cast<bool>(route.partition); });
}

// Whether the object says something of routes between partitions.
bool crosses(const Object& object) {
    if (const auto table = as<schema::RouteTable>(object)) return leads_out(table->routes);
    if (const auto record = as<schema::Record>(object)) return leads_out(record->routes);
    const auto partition = as<schema::Partition>(object);
    return partition && !partition->peers.empty();
}

// Whether what the host holds, or held, depends on routes between partitions: the changes do not tell all of
// that.
bool crosses(const Cloud& cloud, std::span<const Change> changes, Id host) {
    const auto linked = [&](Id partition) {
        return !cloud.route_targets(partition).empty() || !cloud.route_origins(partition).empty();
    };
    if (std::ranges::any_of(cloud.partitions_on_host(host), linked)) return true;
    for (const auto& change : changes) {
        if (crosses(change.before) || crosses(change.after)) return true;
        const auto attachment = as<schema::Attachment>(change.before);
        const auto record = attachment ? cloud.find<schema::Record>(attachment->record) : nullptr;
        if (record && attachment->host == host && linked(record->partition)) return true;
    }
    return false;
}

}  // namespace

void Pass::attachment(const Sides<schema::Attachment>& change) {
    static const schema::Attachment none{};
    const auto& before = change.before ? *change.before : none;
    const auto& after = change.after ? *change.after : none;
    const auto& any = change.after ? after : before;
    const Id partition = partition_of(any);
    const auto key = port_key(any.id);
    // Its driver waits until all is attached.
    if (const auto owner = find<schema::Instance>(any.instance); owner && before.phase != after.phase)
        instance({owner, nullptr});
    if (!same_port(before, after))
        for (const Id host : {before.host, after.host})
            if (host) mark(host, key);
    for (const Id host : {before.host, after.host}) {
        if (!host) continue;
        if (before.host != after.host) membership(host, partition);
        for (const auto& side : {find<schema::Record>(any.record), former<schema::Record>(any.record)}) {
            if (!side) continue;
            if (before.host != after.host) groups_of(*side, {host});
            if (before.host == after.host && has_port(before) == has_port(after)) continue;
            acls_of(*side, host);
            own_routes(*side, host);
        }
    }
    const auto record = find<schema::Record>(any.record);
    const auto owner = find<schema::Partition>(partition);
    if (!record || !owner) return;
    if (same_mapping(before, after) && (record->exclusive || same_member(before, after))) return;
    std::set<Key> keys;
    add_record_keys(*record, owner->gni, keys);
    add_crossing_keys(cloud_, *record, keys);
    mark(hosts_around(partition), keys);
    routes_to(*record);
}

void Pass::record(const Sides<schema::Record>& change) const {
    static const std::vector<schema::RouteEntry> none;
    const auto& any = change.after ? *change.after : *change.before;
    links(any.partition, change.before ? change.before->routes : none,
          change.after ? change.after->routes : none);
    if (!change.before) return;  // a new one has no attachment without a change of its own
    const auto attachments = cloud_.attachments_of_record(change.before->id);
    std::vector<Id> hosts;
    for (const auto& attachment : attachments) {
        if (attachment->host && has_port(*attachment)) mark(attachment->host, port_key(attachment->id));
        if (attachment->host) hosts.push_back(attachment->host);
    }
    // The record may have been on the host in between.
    if (only_) hosts = hosts_of(change.before->partition);
    for (const auto& side : {change.before, change.after})
        for (const Id host : hosts)
            if (side) own_routes(*side, host);
    if (!change.after || change.before->tag != change.after->tag)
        for (const auto& side : {change.before, change.after})
            if (side) groups_of(*side, hosts);
    if (!change.after || !same_subnets(*change.before, *change.after))
        for (const auto& side : {change.before, change.after})
            for (const Id host : hosts)
                if (side) acls_of(*side, host);
    if (change.after) routes_to(*change.after);
    if (attachments.empty() && !only_) return;
    const auto partition = find<schema::Partition>(change.before->partition);
    if (!partition) return;
    std::set<Key> keys;
    for (const auto& side : {change.before, change.after})
        if (side && side->partition == partition->id) {
            add_record_keys(*side, partition->gni, keys);
            add_crossing_keys(cloud_, *side, keys);
        }
    mark(hosts_around(partition->id), keys);
    // Where its own routes led, or lead now.
    for (const auto& side : {change.before, change.after})
        for (const Id to : targets_of(side ? side->routes : none)) mark(hosts_of(to), keys);
}

void Pass::subnet(const Sides<schema::Subnet>& change) const {
    const auto& any = change.after ? *change.after : *change.before;
    const auto partition = find<schema::Partition>(any.partition);
    if (!partition) return;
    std::set<Key> keys;
    for (const auto& side : {change.before, change.after}) {
        if (!side) continue;
        add_subnet_keys(cloud_, *side, keys);
        for (const auto& [id, object] : former_)
            if (const auto table = as<schema::RouteTable>(object); table && table->partition == partition->id)
                add_subnet_keys(*table, *side, keys);
    }
    if (!change.before || !change.after || change.before->cidr != change.after->cidr || only_)
        mark(hosts_of(partition->id), keys);
    std::set<Key> acls;
    for (const auto& side : {change.before, change.after})
        if (side && side->acl) acls.insert(acl_key(side->acl));
    if (!change.before || !change.after ||
        (change.before->acl == change.after->acl &&
         change.before->route_table == change.after->route_table)) {
        if (only_) mark(hosts_of(any.partition), acls);
        return;
    }
    ports_of(*change.after, acls);
}

// Marks the ports of the subnet's records, and `keys` at their hosts.
void Pass::ports_of(const schema::Subnet& subnet, const std::set<Key>& keys) const {
    for (const auto& attachment : cloud_.attachments_in_partition(subnet.partition)) {
        const auto record = find<schema::Record>(attachment->record);
        if (!record || !is_in(cloud_, *record, subnet.id) || !has_port(*attachment)) continue;
        mark(attachment->host, port_key(attachment->id));
        for (const auto& key : keys) mark(attachment->host, key);
    }
    if (only_) mark(hosts_of(subnet.partition), keys);
}

// What the record's groups allow, at hosts where it is or was.
void Pass::groups_of(const schema::Record& record, const std::vector<Id>& hosts) const {
    for (const Id host : hosts)
        for (const Id group : record.security_groups) mark(host, group_key(group));
}

void Pass::acls_of(const schema::Record& record, Id host) const {
    for (const Id id : subnets_of(cloud_, record))
        if (const auto subnet = find<schema::Subnet>(id); subnet && subnet->acl)
            mark(host, acl_key(subnet->acl));
}

// Goes to the hosts that carry a record of the group, when it says something else.
void Pass::group(const Sides<schema::SecurityGroup>& change) const {
    const Id id = (change.after ? change.after : change.before)->id;
    if (only_)
        return mark(hosts_of((change.after ? change.after : change.before)->partition), {group_key(id)});
    if (!change.before || !change.after) return;  // no record is in it
    if (change.before->rules == change.after->rules && change.before->on_change == change.after->on_change)
        return;
    std::set<Id> hosts;
    for (const auto& tag : cloud_.tags_of_group(id))
        for (const Id host : cloud_.hosts_of_tag(tag->number)) hosts.insert(host);
    for (const Id host : hosts) mark(host, group_key(id));
}

void Pass::tag(const Sides<schema::SecurityTag>& change) const {
    for (const auto& side : {change.before, change.after})
        if (side && side->partition)
            mark(hosts_around(side->partition), {tag_key(side->partition, side->number)});
}

void Pass::acl(const Sides<schema::NetworkAcl>& change) const {
    const Id id = (change.after ? change.after : change.before)->id;
    if (only_) return mark(hosts_of((change.after ? change.after : change.before)->partition), {acl_key(id)});
    if (!change.before || !change.after || change.before->rules == change.after->rules) return;
    for (const auto& subnet : cloud_.subnets_of_acl(id))
        for (const auto& attachment : cloud_.attachments_in_partition(subnet->partition)) {
            const auto record = cloud_.find<schema::Record>(attachment->record);
            if (record && is_in(cloud_, *record, subnet->id) && has_port(*attachment))
                mark(attachment->host, acl_key(id));
        }
}

void Pass::host(const Sides<schema::Host>& change) const {
    static const schema::Host none{};
    const auto& before = change.before ? *change.before : none;
    const auto& after = change.after ? *change.after : none;
    const Id id = change.after ? after.id : before.id;
    if (before.name == after.name && before.underlay == after.underlay &&
        before.capabilities == after.capabilities && before.underlay_mtu == after.underlay_mtu)
        return;
    mark(id, peer_key(id));
    for (const Id partition : cloud_.partitions_on_host(id))
        for (const Id other : peers_around(partition)) {
            mark(other, peer_key(id));
            mark(id, peer_key(other));
        }
}

void Pass::instance(const Sides<schema::Instance>& change) const {
    for (const auto& side : {change.before, change.after})
        if (side && side->host && !side->driver.empty()) mark(side->host, workload_key(side->id));
}

void Pass::operation(const Sides<schema::Operation>& change) const {
    if (only_ || !change.after) return;
    for (const Id host : change.after->awaited) mark_(host, nullptr);
}

void mark_affected(const Cloud& cloud, std::span<const Change> changes, const Mark& mark) {
    Pass(cloud, changes, std::nullopt, mark).run();
}

bool mark_affected_since(const Cloud& cloud, std::span<const Change> changes, Id host,
                         const std::function<void(const Key&)>& mark) {
    // Which partition an attachment belonged to is known by its record's present one.
    if (crosses(cloud, changes, host)) return false;
    for (const auto& change : changes) {
        const auto before = as<schema::Record>(change.before);
        const auto after = as<schema::Record>(change.after);
        if (before && after && before->partition != after->partition) return false;
    }
    const Mark mark_key = [&](Id, const Key* key) { mark(*key); };
    Pass(cloud, changes, host, mark_key).run();
    // The MTU of instances follows from all hosts.
    if (std::ranges::any_of(changes, [](const Change& change) { return change.id.kind == Kind::host; }))
        for (const auto& attachment : cloud.attachments_on_host(host))
            if (has_port(*attachment)) mark(port_key(attachment->id));
    return true;
}

}  // namespace weft::coordinator
