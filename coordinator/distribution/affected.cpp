// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/affected.h"

#include <algorithm>
#include <map>
#include <set>

#include "coordinator/distribution/desired.h"

namespace weft::coordinator {

namespace {

template <class T>
struct Sides {
    Ptr<T> before, after;
};

// One pass over a list of changes. `only` set: several revisions for one host, and nothing but the present
// state is known; otherwise one revision for all hosts.
class Pass {
public:
    Pass(const Cloud& cloud, std::span<const Change> changes, std::optional<Id> only, const Mark& mark)
        : cloud_(cloud), changes_(changes), only_(only), mark_(mark) {
        for (const auto& change : changes)
            if (!is_null(change.before)) former_[change.id] = change.before;
        for (const auto& change : changes)
            for (const auto& attachment :
                 {as<schema::Attachment>(change.before), as<schema::Attachment>(change.after)})
                if (attachment && attachment->host)
                    former_hosts_[partition_of(*attachment)].insert(attachment->host);
    }

    void run() {
        for (const auto& change : changes_) {
            switch (change.id.kind) {
                case Kind::attachment: attachment(sides<schema::Attachment>(change)); break;
                case Kind::record: record(sides<schema::Record>(change)); break;
                case Kind::security_group: group(sides<schema::SecurityGroup>(change)); break;
                case Kind::tag: tag(sides<schema::SecurityTag>(change)); break;
                case Kind::route_table: table(sides<schema::RouteTable>(change)); break;
                case Kind::network_acl: acl(sides<schema::NetworkAcl>(change)); break;
                case Kind::subnet: subnet(sides<schema::Subnet>(change)); break;
                case Kind::host: host(sides<schema::Host>(change)); break;
                case Kind::partition: partition(sides<schema::Partition>(change)); break;
                case Kind::operation: operation(sides<schema::Operation>(change)); break;
                default: break;
            }
        }
    }

private:
    template <class T>
    static Sides<T> sides(const Change& change) {
        return {as<T>(change.before), as<T>(change.after)};
    }

    // The object now, or as it was if it is gone.
    template <class T>
    [[nodiscard]] Ptr<T> find(Id id) const {
        if (auto present = cloud_.find<T>(id)) return present;
        return former<T>(id);
    }
    // As it was, if it changed.
    template <class T>
    [[nodiscard]] Ptr<T> former(Id id) const {
        const auto at = former_.find(id);
        return at == former_.end() ? nullptr : as<T>(at->second);
    }
    [[nodiscard]] Id partition_of(const schema::Attachment& attachment) const {
        const auto record = find<schema::Record>(attachment.record);
        return record ? record->partition : Id{};
    }

    // Those that hold the partition's objects or did so before.
    [[nodiscard]] std::vector<Id> hosts_of(Id partition) const {
        auto hosts = cloud_.hosts_of_partition(partition);
        if (const auto at = former_hosts_.find(partition); at != former_hosts_.end())
            for (const Id former : at->second)
                if (std::ranges::find(hosts, former) == hosts.end()) hosts.push_back(former);
        if (!only_) return hosts;
        return std::ranges::find(hosts, *only_) == hosts.end() ? std::vector<Id>{} : std::vector{*only_};
    }
    void mark(Id host, const Key& key) const {
        if (!only_ || *only_ == host) mark_(host, &key);
    }
    void mark(const std::vector<Id>& hosts, const std::set<Key>& keys) const {
        for (const Id host : hosts)
            for (const auto& key : keys) mark_(host, &key);
    }

    void attachment(const Sides<schema::Attachment>& change);
    void membership(Id host, Id partition) const;
    [[nodiscard]] bool stays(Id host, Id partition) const;
    void record(const Sides<schema::Record>& change) const;
    void group(const Sides<schema::SecurityGroup>& change) const;
    void tag(const Sides<schema::SecurityTag>& change) const;
    void acl(const Sides<schema::NetworkAcl>& change) const;
    void table(const Sides<schema::RouteTable>& change) const;
    void routes_to(const schema::Record& record) const;
    void groups_of(const schema::Record& record, const std::vector<Id>& hosts) const;
    void acls_of(const schema::Record& record, Id host) const;
    void ports_of(const schema::Subnet& subnet, const std::set<Key>& keys) const;
    void subnet(const Sides<schema::Subnet>& change) const;
    void host(const Sides<schema::Host>& change) const;
    void partition(const Sides<schema::Partition>& change) const;
    void operation(const Sides<schema::Operation>& change) const;

    const Cloud& cloud_;
    std::span<const Change> changes_;
    std::optional<Id> only_;
    const Mark& mark_;
    std::map<Id, Object> former_;
    std::map<Id, std::set<Id>> former_hosts_;  // by partition
};

bool same_port(const schema::Attachment& a, const schema::Attachment& b) {
    return a.host == b.host && has_port(a) == has_port(b) && may_transmit(a) == may_transmit(b) &&
           a.device == b.device && a.netns == b.netns;
}

bool same_mapping(const schema::Attachment& a, const schema::Attachment& b) {
    return is_mapped(a) == is_mapped(b) && (!is_mapped(a) || a.host == b.host);
}

void Pass::attachment(const Sides<schema::Attachment>& change) {
    static const schema::Attachment none{};
    const auto& before = change.before ? *change.before : none;
    const auto& after = change.after ? *change.after : none;
    const auto& any = change.after ? after : before;
    const Id partition = partition_of(any);
    const auto key = port_key(any.id);
    if (!same_port(before, after))
        for (const Id host : {before.host, after.host})
            if (host) mark(host, key);
    for (const Id host : {before.host, after.host}) {
        if (!host) continue;
        if (before.host != after.host) membership(host, partition);
        for (const auto& side : {find<schema::Record>(any.record), former<schema::Record>(any.record)}) {
            if (!side) continue;
            if (before.host != after.host) groups_of(*side, {host});
            if (before.host != after.host || has_port(before) != has_port(after)) acls_of(*side, host);
        }
    }
    if (same_mapping(before, after)) return;
    const auto record = find<schema::Record>(any.record);
    const auto owner = find<schema::Partition>(partition);
    if (!record || !owner) return;
    std::set<Key> keys;
    add_record_keys(*record, owner->gni, keys);
    mark(hosts_of(partition), keys);
}

// An attachment came to the host or left it: the host may now begin or cease to hold the whole partition.
void Pass::membership(Id host, Id id) const {
    const auto partition = find<schema::Partition>(id);
    if (!partition || (!only_ && stays(host, id))) return;
    for (const Id other : hosts_of(id)) mark(other, peer_key(host));
    if (only_ && *only_ != host) return;
    std::set<Key> keys;
    add_partition_keys(cloud_, *partition, keys);
    for (const Id other : cloud_.hosts_of_partition(id)) keys.insert(peer_key(other));
    if (const auto at = former_hosts_.find(id); at != former_hosts_.end())
        for (const Id other : at->second) keys.insert(peer_key(other));
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

void Pass::record(const Sides<schema::Record>& change) const {
    if (!change.before) return;  // a new one has no attachment without a change of its own
    const auto attachments = cloud_.attachments_of_record(change.before->id);
    std::vector<Id> hosts;
    for (const auto& attachment : attachments) {
        if (attachment->host && has_port(*attachment)) mark(attachment->host, port_key(attachment->id));
        if (attachment->host) hosts.push_back(attachment->host);
    }
    // The record may have been on the host in between.
    if (only_) hosts = hosts_of(change.before->partition);
    if (!change.after || change.before->tag != change.after->tag)
        for (const auto& side : {change.before, change.after})
            if (side) groups_of(*side, hosts);
    if (!change.after || change.before->subnet != change.after->subnet)
        for (const auto& side : {change.before, change.after})
            for (const Id host : hosts)
                if (side) acls_of(*side, host);
    if (change.after && change.before->addresses != change.after->addresses) routes_to(*change.after);
    if (attachments.empty() && !only_) return;
    const auto partition = find<schema::Partition>(change.before->partition);
    if (!partition) return;
    std::set<Key> keys;
    for (const auto& side : {change.before, change.after})
        if (side && side->partition == partition->id) add_record_keys(*side, partition->gni, keys);
    mark(hosts_of(partition->id), keys);
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
        if (!record || record->subnet != subnet.id || !has_port(*attachment)) continue;
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
    const auto subnet = find<schema::Subnet>(record.subnet);
    if (subnet && subnet->acl) mark(host, acl_key(subnet->acl));
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
            mark(hosts_of(side->partition), {tag_key(side->partition, side->number)});
}

void Pass::table(const Sides<schema::RouteTable>& change) const {
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
}

// Routes whose next hop is the record.
void Pass::routes_to(const schema::Record& record) const {
    std::set<Key> keys;
    for (const auto& table : cloud_.route_tables(record.partition))
        for (const auto& route : table->routes)
            if (route.record == record.id)
                keys.insert({schema::DesiredKind::route, record.partition, table->number, route.prefix});
    if (!keys.empty()) mark(hosts_of(record.partition), keys);
}

void Pass::acl(const Sides<schema::NetworkAcl>& change) const {
    const Id id = (change.after ? change.after : change.before)->id;
    if (only_) return mark(hosts_of((change.after ? change.after : change.before)->partition), {acl_key(id)});
    if (!change.before || !change.after || change.before->rules == change.after->rules) return;
    for (const auto& subnet : cloud_.subnets_of_acl(id))
        for (const auto& attachment : cloud_.attachments_in_partition(subnet->partition)) {
            const auto record = cloud_.find<schema::Record>(attachment->record);
            if (record && record->subnet == subnet->id && has_port(*attachment))
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
        for (const Id other : cloud_.hosts_of_partition(partition)) {
            mark(other, peer_key(id));
            mark(id, peer_key(other));
        }
}

// What a partition's ports have from it: the MTU follows from its dedicated hosts.
void Pass::partition(const Sides<schema::Partition>& change) const {
    if (!change.before || !change.after) return;
    const auto& before = *change.before;
    const auto& after = *change.after;
    if (before.dedicated_hosts == after.dedicated_hosts && before.dns == after.dns &&
        before.unreachable == after.unreachable)
        return;
    for (const auto& attachment : cloud_.attachments_in_partition(change.after->id))
        if (has_port(*attachment)) mark(attachment->host, port_key(attachment->id));
}

void Pass::operation(const Sides<schema::Operation>& change) const {
    if (only_ || !change.after) return;
    for (const Id host : change.after->awaited) mark_(host, nullptr);
}

}  // namespace

void mark_affected(const Cloud& cloud, std::span<const Change> changes, const Mark& mark) {
    Pass(cloud, changes, std::nullopt, mark).run();
}

bool mark_affected_since(const Cloud& cloud, std::span<const Change> changes, Id host,
                         const std::function<void(const Key&)>& mark) {
    // Which partition an attachment belonged to is known by its record's present one.
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
