// SPDX-License-Identifier: Apache-2.0
#include "coordinator/model/index.h"

#include "coordinator/model/addresses.h"
#include "coordinator/model/cloud.h"
#include "coordinator/model/pairs.h"

namespace weft::coordinator {
namespace {

void set_member(Members& members, Id of, Id member, bool on) {
    set_pair(members, of.value, member.value, on);
}

template <class Map>
void set_value(Map& map, const typename Map::key_type& key, typename Map::mapped_type value, bool on) {
    if (on)
        map[key] = std::move(value);
    else
        map.erase(key);
}

}  // namespace

std::uint64_t Index::word_of(const Address& address) { return std::hash<Address>{}(address); }

std::uint64_t Index::word_of(std::string_view key, std::string_view value) {
    return std::hash<std::string>{}(std::string(key) + '=' + std::string(value));
}

void Index::defer() {
    std::get<NameIndex<schema::Record>>(names).defer();
    addresses.defer();
    for (auto* members : {&records_by_subnet, &records_by_word, &records_by_tag, &records_by_pool})
        members->defer();
}

void Index::settle() {
    std::get<NameIndex<schema::Record>>(names).settle();
    addresses.settle();
    for (auto* members : {&records_by_subnet, &records_by_word, &records_by_tag, &records_by_pool})
        members->settle();
}

template <class T>
void Index::set_name(const T& object, bool on) {
    auto& index = std::get<NameIndex<T>>(names);
    if (on)
        index.put(&object);
    else
        index.erase(ByName<T>::key(&object));
}

void Index::set(const schema::Partition& partition, const Cloud&, bool on) {
    set_name(partition, on);
    if (on)
        gnis.insert(partition.gni);
    else
        gnis.erase(partition.gni);
}

void Index::set(const schema::Subnet& subnet, const Cloud&, bool on) {
    set_name(subnet, on);
    set_member(subnets_by_partition, subnet.partition, subnet.id, on);
    if (subnet.acl) set_member(subnets_by_acl, subnet.acl, subnet.id, on);
}

void Index::set(const schema::RouteTable& table, const Cloud&, bool on) {
    set_name(table, on);
    set_member(tables_by_partition, table.partition, table.id, on);
    set_routes(table.routes, table.partition, on);
}

void Index::set(const schema::Pool& pool, const Cloud&, bool on) {
    set_name(pool, on);
    set_member(pools_by_partition, pool.partition, pool.id, on);
}

void Index::set(const schema::AddressPool& pool, const Cloud&, bool on) {
    set_name(pool, on);
    set_member(address_pools_by_partition, pool.partition, pool.id, on);
}

void Index::set_routes(const std::vector<schema::RouteEntry>& routes, Id partition, bool on) {
    for (const auto& route : routes) {
        if (!route.partition) continue;
        count_pair(route_targets, partition.value, route.partition.value, on);
        count_pair(route_origins, route.partition.value, partition.value, on);
    }
}

void Index::set(const schema::NetworkAcl& acl, const Cloud&, bool on) {
    set_name(acl, on);
    set_member(acls_by_partition, acl.partition, acl.id, on);
}

void Index::set(const schema::SecurityGroup& group, const Cloud&, bool on) {
    set_name(group, on);
    set_member(groups_by_partition, group.partition, group.id, on);
    for (const auto& rule : group.rules)
        if (rule.group && rule.group != group.id) set_member(references, rule.group, group.id, on);
}

void Index::set(const schema::Host& host, const Cloud&, bool on) {
    set_name(host, on);
    for (const auto& address : host.underlay) set_value(underlays, address, host.id.value, on);
}

void Index::set(const schema::Instance& instance, const Cloud&, bool on) {
    set_name(instance, on);
    if (instance.host) set_member(instances_by_host, instance.host, instance.id, on);
    for (const Id host : instance.hosts) set_member(instances_by_host, host, instance.id, on);
    for (const auto& kept : instance.kept_rules) set_member(keepers_by_record, kept.record, instance.id, on);
    if (instance.scaling_rule) set_member(instances_by_rule, instance.scaling_rule, instance.id, on);
}

void Index::set(const schema::ScalingRule& rule, const Cloud&, bool on) { set_name(rule, on); }

void Index::set(const schema::Record& record, const Cloud& cloud, bool on) {
    set_name(record, on);
    set_member(records_by_subnet, record.subnet, record.id, on);
    for (const Id subnet : record.subnets) set_member(records_by_subnet, subnet, record.id, on);
    for (const Id pool : {record.pool, record.address_pool})
        if (pool) set_member(records_by_pool, pool, record.id, on);
    for (const auto& [key, value] : record.tags)
        set_pair(records_by_word, word_of(key, value), record.id.value, on);
    for (const Id standby : record.standbys) set_member(records_by_standby, standby, record.id, on);
    set_addresses(record, cloud, on);
    if (!record.routes.empty()) set_member(routing_records, record.partition, record.id, on);
    set_routes(record.routes, record.partition, on);
    if (record.tag == 0) return;
    set_pair(records_by_tag, record.tag, record.id.value, on);
    // Its attachments' hosts hold another tag from now on.
    for (const auto& attachment : cloud.attachments_of_record(record.id)) {
        const auto at = attachment_scopes.find(attachment->id.value);
        auto scope = at->second;
        if (on == (scope.tag == record.tag)) continue;
        set_tag(*attachment, record.tag, on);
        scope.tag = on ? record.tag : 0;
        attachment_scopes.put({attachment->id.value, scope});
    }
}

void Index::set_addresses(const schema::Record& record, const Cloud& cloud, bool on) {
    for (const auto& address : record.addresses)
        set_pair(records_by_word, word_of(address), record.id.value, on);
    for (const auto& address : held_addresses(record)) {
        const AddressKey key{subnet_holding(cloud, record, address).value, address};
        if (on)
            addresses.put({key, record.id.value});
        else
            addresses.erase(key);
    }
    for (const auto& prefix : held_prefixes(record))
        set_value(prefixes, {subnet_holding(cloud, record, prefix).value, prefix.address()},
                  {prefix, record.id.value}, on);
    for (const auto& pair : record.public_addresses)
        set_value(public_addresses, pair.public_address, record.id.value, on);
}

void Index::set(const schema::Attachment& attachment, const Cloud& cloud, bool on) {
    set_member(attachments_by_record, attachment.record, attachment.id, on);
    set_member(attachments_by_instance, attachment.instance, attachment.id, on);
    // The record may leave in the same transaction: its partition and tag are remembered.
    Scope scope;
    if (on) {
        if (const auto record = cloud.find<schema::Record>(attachment.record))
            scope = {record->partition.value, record->tag};
        attachment_scopes.put({attachment.id.value, scope});
    } else if (const auto at = attachment_scopes.find(attachment.id.value); at != attachment_scopes.end()) {
        scope = at->second;
        attachment_scopes.erase(attachment.id.value);
    }
    const Id partition{Kind::partition, scope.partition};
    set_member(attachments_by_partition, partition, attachment.id, on);
    set_tag(attachment, scope.tag, on);
    if (!attachment.host) return;
    set_member(attachments_by_host, attachment.host, attachment.id, on);
    count_pair(partition_hosts, partition.value, attachment.host.value, on);
    count_pair(host_partitions, attachment.host.value, partition.value, on);
}

void Index::set(const schema::Operation& operation, const Cloud&, bool on) {
    const bool open = operation.state == schema::OperationState::running ||
                      operation.state == schema::OperationState::compensating;
    if (on && open)
        open_operations.insert(operation.id);
    else
        open_operations.erase(operation.id);
}

void Index::set(const schema::SecurityTag& tag, const Cloud&, bool on) {
    set_value(tags_by_number, tag.number, tag.id.value, on);
    if (tag.groups.empty()) return;
    set_value(tags_by_set, tag.groups, tag.id.value, on);
    set_pair(tags_by_partition, tag.partition.value, tag.number, on);
    for (const Id group : tag.groups) set_pair(tags_by_group, group.value, tag.number, on);
}

void Index::set_tag(const schema::Attachment& attachment, std::uint32_t tag, bool on) {
    if (tag == 0 || !attachment.host) return;
    count_pair(tag_hosts, tag, attachment.host.value, on);
    count_pair(host_tags, attachment.host.value, tag, on);
}

}  // namespace weft::coordinator
