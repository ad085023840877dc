// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/desired.h"

#include <algorithm>
#include <utility>

#include "coordinator/distribution/crossing.h"
#include "coordinator/model/addresses.h"
#include "coordinator/model/routing.h"
#include "coordinator/model/workload.h"
#include "coordinator/negotiation/mtu.h"
#include "coordinator/negotiation/select.h"
#include "coordinator/negotiation/underlay.h"

namespace weft::coordinator {

using schema::DesiredKind;
using schema::Phase;

namespace {

void include(Underlay& underlay, const schema::Host& host) {
    if (host.underlay_mtu != 0)
        underlay.mtu = underlay.mtu == 0 ? host.underlay_mtu : std::min(underlay.mtu, host.underlay_mtu);
    underlay.ipv6 =
        underlay.ipv6 || std::ranges::any_of(host.underlay, [](const Address& a) { return a.is_v6(); });
}

const Prefix any_source = Prefix::make(Address::v4(0), 0).value();

Key partition_key(DesiredKind kind, Id partition, std::uint32_t gni, const Prefix& prefix) {
    return {kind, partition, gni, prefix};
}

// Whose the range is, in the partition itself or in one whose records send into it.
Ptr<schema::Record> owner_of(const Cloud& cloud, Id partition, const Prefix& range) {
    auto record = record_at(cloud, partition, range);
    return record ? record : sender_at(cloud, partition, range);
}

void add_hosts(std::vector<Id>& hosts, const std::vector<Ptr<schema::Attachment>>& attachments) {
    for (const auto& attachment : attachments) hosts.push_back(attachment->host);
}

// Of the subnets of the attachment's record.
std::set<Id> acls_of(const Cloud& cloud, const schema::Attachment& attachment) {
    std::set<Id> acls;
    const auto record = cloud.find<schema::Record>(attachment.record);
    if (!record) return acls;
    for (const Id id : subnets_of(cloud, *record))
        if (const auto subnet = cloud.find<schema::Subnet>(id); subnet && subnet->acl)
            acls.insert(subnet->acl);
    return acls;
}

std::uint32_t table_number_of(const Cloud& cloud, const schema::Subnet& subnet, std::uint32_t otherwise) {
    const auto table = cloud.find<schema::RouteTable>(subnet.route_table);
    return table ? table->number : otherwise;
}

schema::PortSubnet port_subnet(const Cloud& cloud, const schema::Subnet& subnet, std::uint32_t gni) {
    return {table_number_of(cloud, subnet, gni),
            subnet.router,
            subnet.cidr.length(),
            subnet.router6,
            subnet.cidr6.length(),
            subnet.acl};
}

}  // namespace

bool has_port(const schema::Attachment& attachment) {
    return attachment.host && attachment.phase >= Phase::programming && attachment.phase <= Phase::attached;
}

bool may_transmit(const schema::Attachment& attachment) {
    return attachment.phase == Phase::enabling || attachment.phase == Phase::attached;
}

bool is_mapped(const schema::Attachment& attachment) {
    return attachment.host && attachment.phase >= Phase::announcing && attachment.phase <= Phase::cutting;
}

std::vector<Ptr<schema::Attachment>> announced(const Cloud& cloud, Id record) {
    auto attachments = cloud.attachments_of_record(record);
    std::erase_if(attachments, [](const auto& attachment) { return !is_mapped(*attachment); });
    return attachments;
}

std::vector<schema::Member> spread_members(const Cloud& cloud, Id record) {
    std::vector<schema::Member> members;
    std::vector<schema::Member> failed;
    bool any = false;
    for (const auto& attachment : cloud.attachments_of_record(record)) {
        const auto operation = cloud.find<schema::Operation>(attachment->operation);
        const bool moving = operation && operation->kind == schema::OperationKind::move;
        const bool listed = is_mapped(*attachment) && attachment->phase != Phase::cutting;
        if (!attachment->host || (!listed && !moving)) continue;
        const bool ready = may_transmit(*attachment) && !moving;
        const schema::Member member{attachment->id, attachment->host, ready ? 1U : 0U};
        any = any || (ready && attachment->failed.empty());
        (attachment->failed.empty() ? members : failed).push_back(member);
    }
    if (any) return members;
    members.insert(members.end(), failed.begin(), failed.end());
    for (auto& member : members) member.weight = 1;
    std::ranges::sort(members, {}, &schema::Member::attachment);
    return members;
}

bool Desired::refresh() {
    Underlay underlay;
    for (const auto& [id, entry] : cloud_.table<schema::Host>()) include(underlay, *entry.object);
    return std::exchange(underlay_, underlay) != underlay;
}

void add_record_keys(const schema::Record& record, std::uint32_t gni, std::set<Key>& keys) {
    if (!record.exclusive) keys.insert(spread_key(record.id));
    for (const auto& range : held_ranges(record)) {
        keys.insert(partition_key(DesiredKind::mapping, record.partition, gni, range));
        keys.insert(partition_key(DesiredKind::source, record.partition, gni, range));
    }
    if (!record.source_dest_check)
        keys.insert(partition_key(DesiredKind::source, record.partition, gni, any_source));
}

void add_partition_keys(const Cloud& cloud, const schema::Partition& partition, std::set<Key>& keys) {
    for (const auto& subnet : cloud.subnets(partition.id)) add_subnet_keys(cloud, *subnet, keys);
    for (const auto& table : cloud.route_tables(partition.id)) add_route_keys(*table, keys);
    for (const auto& tag : cloud.tags(partition.id)) keys.insert(tag_key(partition.id, tag->number));
    for (const auto& attachment : cloud.attachments_in_partition(partition.id))
        if (is_mapped(*attachment))
            if (const auto record = cloud.find<schema::Record>(attachment->record))
                add_record_keys(*record, partition.gni, keys);
}

std::set<Key> Desired::keys(Id host) const {
    std::set<Key> keys;
    if (!cloud_.find<schema::Host>(host)) return keys;
    keys.insert(peer_key(host));
    for (const Id id : cloud_.partitions_on_host(host)) {
        const auto partition = cloud_.find<schema::Partition>(id);
        if (!partition) continue;
        for (const Id other : cloud_.hosts_of_partition(id)) keys.insert(peer_key(other));
        add_partition_keys(cloud_, *partition, keys);
        add_held_across(cloud_, id, keys);
    }
    for (const auto number : cloud_.tags_on_host(host))
        if (const auto tag = cloud_.tag(number))
            for (const Id group : tag->groups) keys.insert(group_key(group));
    for (const auto& attachment : cloud_.attachments_on_host(host)) {
        if (!has_port(*attachment)) continue;
        keys.insert(port_key(attachment->id));
        if (const auto record = cloud_.find<schema::Record>(attachment->record))
            add_own_route_keys(*record, keys);
        for (const Id acl : acls_of(cloud_, *attachment)) keys.insert(acl_key(acl));
    }
    for (const Id id : cloud_.instances_on_host(host))
        if (const auto instance = cloud_.find<schema::Instance>(id); instance && has_workload(*instance))
            keys.insert(workload_key(id));
    return keys;
}

std::optional<DesiredObject> Desired::object(Id host, const Key& key) const {
    if (key.kind == DesiredKind::peer) return peer(host, key.id);
    if (key.kind == DesiredKind::port) return port(host, key.id);
    if (key.kind == DesiredKind::instance) return workload(host, key.id);
    if (key.kind == DesiredKind::group) return group(host, key.id);
    if (key.kind == DesiredKind::acl) return acl(host, key.id);
    if (key.kind == DesiredKind::spread) return spread(host, key.id);
    const auto partition = cloud_.find<schema::Partition>(key.id);
    const auto here = cloud_.partitions_on_host(host);
    if (!partition) return std::nullopt;
    const bool member = std::ranges::binary_search(here, key.id);
    if (key.kind == DesiredKind::tag)
        return member || are_linked(cloud_, here, {key.id}) ? tag(*partition, key.number) : std::nullopt;
    if (key.kind == DesiredKind::mapping)
        return member || reaches(cloud_, here, key.id, key.prefix) ? mapping(*partition, key.prefix)
                                                                   : std::nullopt;
    if (!member) return std::nullopt;
    if (key.kind == DesiredKind::route) return route(host, *partition, key.number, key.prefix);
    return source(*partition, key.prefix);
}

bool Desired::share_a_partition(Id host, Id other) const {
    const auto a = cloud_.partitions_on_host(host);
    const auto b = cloud_.partitions_on_host(other);
    return std::ranges::any_of(a, [&](Id partition) { return std::ranges::binary_search(b, partition); }) ||
           are_linked(cloud_, a, b);
}

std::optional<DesiredObject> Desired::peer(Id host, Id other) const {
    const auto self = cloud_.find<schema::Host>(host);
    const auto that = cloud_.find<schema::Host>(other);
    if (!self || !that) return std::nullopt;
    schema::Peer peer;
    peer.host = that->id;
    peer.name = that->name;
    peer.underlay = that->underlay;
    if (host == other) return peer;
    if (!share_a_partition(host, other)) return std::nullopt;
    if (const auto path = negotiation::choose_underlay(self->underlay, that->underlay)) {
        peer.send_from = path->from;
        peer.send_to = path->to;
    }
    const negotiation::Party here{self->name, self->capabilities};
    const negotiation::Party there{that->name, that->capabilities};
    if (const auto to = negotiation::select(here, there)) peer.send_framework = to->framework.text();
    if (const auto from = negotiation::select(there, here)) peer.accept_frameworks = {from->framework.text()};
    return peer;
}

std::optional<DesiredObject> Desired::spread(Id host, Id id) const {
    const auto record = cloud_.find<schema::Record>(id);
    if (!record || record->exclusive || announced(cloud_, id).empty()) return std::nullopt;
    const auto here = cloud_.partitions_on_host(host);
    if (!std::ranges::binary_search(here, record->partition) &&
        !are_linked(cloud_, here, {record->partition}))
        return std::nullopt;
    return schema::Spread{id, spread_members(cloud_, id)};
}

std::optional<DesiredObject> Desired::mapping(const schema::Partition& partition,
                                              const Prefix& prefix) const {
    const auto record = owner_of(cloud_, partition.id, prefix);
    if (!record || !is_announced(*record, prefix)) return std::nullopt;
    const auto attachments = announced(cloud_, record->id);
    if (attachments.empty()) return std::nullopt;
    schema::Mapping mapping;
    mapping.gni = partition.gni;
    mapping.prefix = prefix;
    mapping.host = attachments.front()->host;
    mapping.record = record->id;
    mapping.mac = record->mac;
    mapping.tag = record->tag;
    mapping.spread = !record->exclusive;
    return mapping;
}

std::optional<DesiredObject> Desired::source(const schema::Partition& partition, const Prefix& prefix) const {
    schema::Source source{partition.gni, prefix, {}};
    if (prefix == any_source) {
        for (const auto& attachment : cloud_.attachments_in_partition(partition.id)) {
            const auto record = cloud_.find<schema::Record>(attachment->record);
            if (record && !record->source_dest_check && is_mapped(*attachment))
                source.hosts.push_back(attachment->host);
        }
    } else {
        const auto record = owner_of(cloud_, partition.id, prefix);
        if (record && is_announced(*record, prefix)) add_hosts(source.hosts, announced(cloud_, record->id));
    }
    if (source.hosts.empty()) return std::nullopt;
    std::ranges::sort(source.hosts);
    source.hosts.erase(std::unique(source.hosts.begin(), source.hosts.end()), source.hosts.end());
    return source;
}

std::optional<DesiredObject> Desired::tag(const schema::Partition& partition, std::uint32_t number) const {
    const auto tag = cloud_.tag(number);
    if (!tag || tag->partition != partition.id) return std::nullopt;
    return schema::Tag{partition.gni, number, tag->groups};
}

std::optional<DesiredObject> Desired::group(Id host, Id id) const {
    const auto group = cloud_.find<schema::SecurityGroup>(id);
    const auto partition = group ? cloud_.find<schema::Partition>(group->partition) : nullptr;
    if (!partition) return std::nullopt;
    const auto here = cloud_.tags_on_host(host);
    const auto tags = cloud_.tags_of_group(id);
    if (std::ranges::none_of(tags,
                             [&](const auto& tag) { return std::ranges::binary_search(here, tag->number); }))
        return std::nullopt;
    schema::Group desired{id, partition->gni, group->on_change == schema::OnChange::keep, group->rules};
    for (auto& rule : desired.rules) rule.description.clear();
    return desired;
}

std::optional<DesiredObject> Desired::acl(Id host, Id id) const {
    const auto acl = cloud_.find<schema::NetworkAcl>(id);
    const auto attachments = cloud_.attachments_on_host(host);
    if (!acl || std::ranges::none_of(attachments, [&](const auto& attachment) {
            return has_port(*attachment) && acls_of(cloud_, *attachment).contains(id);
        }))
        return std::nullopt;
    return schema::Acl{id, acl->rules};
}

std::optional<DesiredObject> Desired::workload(Id host, Id id) const {
    const auto instance = cloud_.find<schema::Instance>(id);
    if (!instance || instance->host != host || !has_workload(*instance)) return std::nullopt;
    schema::Workload workload;
    workload.id = id;
    workload.name = instance->name;
    workload.state = instance->state;
    workload.generation = instance->generation;
    workload.driver = instance->driver;
    workload.parameters = instance->parameters;
    workload.netns = instance->netns;
    workload.ready = true;
    for (const auto& attachment : cloud_.attachments_of_instance(id)) {
        workload.ready = workload.ready && attachment->phase == Phase::attached;
        if (has_port(*attachment)) workload.attachments.push_back(attachment->id);
    }
    return workload;
}

std::uint32_t Desired::mtu(const schema::Partition& partition) const {
    Underlay underlay = underlay_;
    if (!partition.dedicated_hosts.empty()) {
        underlay = {};
        for (const Id id : partition.dedicated_hosts)
            if (const auto host = cloud_.find<schema::Host>(id)) include(underlay, *host);
    }
    return negotiation::instance_mtu(underlay.mtu, underlay.ipv6);
}

std::optional<DesiredObject> Desired::port(Id host, Id id) const {
    const auto attachment = cloud_.find<schema::Attachment>(id);
    if (!attachment || attachment->host != host || !has_port(*attachment)) return std::nullopt;
    const auto record = cloud_.find<schema::Record>(attachment->record);
    const auto subnet = record ? cloud_.find<schema::Subnet>(record->subnet) : nullptr;
    const auto partition = record ? cloud_.find<schema::Partition>(record->partition) : nullptr;
    if (!subnet || !partition) return std::nullopt;
    schema::Port port;
    port.attachment = id;
    port.record = record->id;
    port.gni = partition->gni;
    port.table = table_number_of(cloud_, *subnet, partition->gni);
    port.device = attachment->device;
    port.netns = attachment->netns;
    port.vlan = attachment->vlan;
    port.bare = attachment->made;
    port.device_of = attachment->device_of;
    port.device_mac = attachment->device_mac;
    port.spread = !record->exclusive;
    port.addresses = served_addresses(*record);
    port.prefixes = served_prefixes(*record);
    port.prefix_length = subnet->cidr.length();
    port.mac = record->mac;
    port.router = subnet->router;
    port.router_mac = subnet->router_mac;
    port.router6 = subnet->router6;
    port.prefix_length6 = subnet->cidr6.length();
    port.dns = record->dns ? record->dns : partition->dns;
    port.mtu = mtu(*partition);
    port.transmit = may_transmit(*attachment);
    port.source_dest_check = record->source_dest_check;
    port.disabled = record->status == schema::RecordStatus::disabled;
    port.in_repair = record->status == schema::RecordStatus::in_repair;
    port.tag = record->tag;
    port.acl = subnet->acl;
    port.unreachable = partition->unreachable;
    port.own_table = own_table(*record);
    port.egress_bytes = record->egress_bytes;
    port.egress_packets = record->egress_packets;
    port.ingress_bytes = record->ingress_bytes;
    port.ingress_packets = record->ingress_packets;
    port.flow_limit = record->flow_limit;
    port.tcp_timeout = record->tcp_timeout;
    port.udp_timeout = record->udp_timeout;
    port.flow_log = record->flow_log;
    port.account = record->account;
    port.lease = attachment->lease;
    port.rules = attachment->rules;
    for (auto& rule : port.rules) rule.description.clear();
    for (const Id other : subnets_of(cloud_, *record))
        if (const auto one = other == record->subnet ? nullptr : cloud_.find<schema::Subnet>(other))
            port.subnets.push_back(port_subnet(cloud_, *one, partition->gni));
    return port;
}

}  // namespace weft::coordinator
