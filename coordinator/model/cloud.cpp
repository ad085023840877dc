// SPDX-License-Identifier: Apache-2.0
#include "coordinator/model/cloud.h"

#include "coordinator/model/addresses.h"
#include "coordinator/model/pairs.h"

namespace weft::coordinator {
namespace {

using Members = Cloud::Members;

void set(Members& members, Id of, Id member, bool on) { set_pair(members, of.value, member.value, on); }

std::vector<Id> ids(const Members& members, Id of, Kind kind) {
    std::vector<Id> found;
    for (auto at = members.lower_bound({of.value, 0}); at != members.end() && at->first == of.value; ++at)
        found.push_back({kind, at->second});
    return found;
}

template <class Counts>
std::vector<Id> seconds(const Counts& counts, Id of, Kind kind) {
    std::vector<Id> found;
    for (auto at = counts.lower_bound({of.value, 0}); at != counts.end() && at->first.first == of.value; ++at)
        found.push_back({kind, at->first.second});
    return found;
}

std::string_view raw(const Id& id) { return {reinterpret_cast<const char*>(&id.value), sizeof(id.value)}; }

template <class T>
Ptr<T> by_name(const NameIndex<T>& index, const Table<T>& table, std::string_view scope,
               std::string_view name) {
    const auto at = index.find(std::pair{name, scope});
    return at == index.end() ? nullptr : table.find((*at)->id);
}

template <class T>
void set(NameIndex<T>& index, const T& object, bool on) {
    if (on)
        index.insert(&object);
    else
        index.erase(&object);
}

}  // namespace

template <class T>
typename NameLess<T>::Key NameLess<T>::key(const T* object) {
    if constexpr (requires { object->partition; })
        return {object->name, raw(object->partition)};
    else if constexpr (requires { object->owner; })
        return {object->name, object->owner};
    else
        return {object->name, {}};
}

void Cloud::apply(Revision revision, std::span<const Change> changes) {
    for (const auto& change : changes) {
        schema::with_object(change.id.kind, [&]<class T>(std::type_identity<T>) {
            auto& table = std::get<Table<T>>(tables_);
            if (const auto before = table.find(change.id)) {
                index(*before, false);
                if (is_null(change.after)) table.erase(change.id);
            }
            if (auto after = as<T>(change.after)) {
                index(*after, true);
                table.put(std::move(after), revision);
            }
        });
    }
    revision_ = std::max(revision_, revision);
}

Object Cloud::find(Id id) const {
    Object found;
    schema::with_object(id.kind, [&]<class T>(std::type_identity<T>) {
        if (auto object = table<T>().find(id)) found = std::move(object);
    });
    return found;
}

template <class T>
std::vector<Ptr<T>> Cloud::named(std::string_view name) const {
    const auto& index = std::get<const NameIndex<T>&>(
        std::tie(partition_names_, subnet_names_, host_names_, instance_names_, record_names_, group_names_,
                 acl_names_, table_names_, pool_names_, address_pool_names_, rule_names_));
    std::vector<Ptr<T>> found;
    for (auto at = index.lower_bound(std::pair{name, std::string_view{}});
         at != index.end() && (*at)->name == name; ++at)
        found.push_back(find<T>((*at)->id));
    return found;
}
template std::vector<Ptr<schema::Partition>> Cloud::named(std::string_view) const;
template std::vector<Ptr<schema::Subnet>> Cloud::named(std::string_view) const;
template std::vector<Ptr<schema::Host>> Cloud::named(std::string_view) const;
template std::vector<Ptr<schema::Instance>> Cloud::named(std::string_view) const;
template std::vector<Ptr<schema::Record>> Cloud::named(std::string_view) const;
template std::vector<Ptr<schema::SecurityGroup>> Cloud::named(std::string_view) const;
template std::vector<Ptr<schema::NetworkAcl>> Cloud::named(std::string_view) const;
template std::vector<Ptr<schema::RouteTable>> Cloud::named(std::string_view) const;
template std::vector<Ptr<schema::Pool>> Cloud::named(std::string_view) const;
template std::vector<Ptr<schema::AddressPool>> Cloud::named(std::string_view) const;
template std::vector<Ptr<schema::ScalingRule>> Cloud::named(std::string_view) const;

Ptr<schema::Partition> Cloud::partition(std::string_view owner, std::string_view name) const {
    return by_name(partition_names_, table<schema::Partition>(), owner, name);
}
Ptr<schema::Instance> Cloud::instance(std::string_view owner, std::string_view name) const {
    return by_name(instance_names_, table<schema::Instance>(), owner, name);
}
Ptr<schema::ScalingRule> Cloud::scaling_rule(std::string_view owner, std::string_view name) const {
    return by_name(rule_names_, table<schema::ScalingRule>(), owner, name);
}
Ptr<schema::Host> Cloud::host(std::string_view name) const {
    return by_name(host_names_, table<schema::Host>(), {}, name);
}
Ptr<schema::Subnet> Cloud::subnet(Id partition, std::string_view name) const {
    return by_name(subnet_names_, table<schema::Subnet>(), raw(partition), name);
}
Ptr<schema::Record> Cloud::record(Id partition, std::string_view name) const {
    return by_name(record_names_, table<schema::Record>(), raw(partition), name);
}
Ptr<schema::RouteTable> Cloud::route_table(Id partition, std::string_view name) const {
    return by_name(table_names_, table<schema::RouteTable>(), raw(partition), name);
}
Ptr<schema::NetworkAcl> Cloud::acl(Id partition, std::string_view name) const {
    return by_name(acl_names_, table<schema::NetworkAcl>(), raw(partition), name);
}
Ptr<schema::Pool> Cloud::pool(Id partition, std::string_view name) const {
    return by_name(pool_names_, table<schema::Pool>(), raw(partition), name);
}
Ptr<schema::AddressPool> Cloud::address_pool(Id partition, std::string_view name) const {
    return by_name(address_pool_names_, table<schema::AddressPool>(), raw(partition), name);
}
Ptr<schema::SecurityGroup> Cloud::group(Id partition, std::string_view name) const {
    return by_name(group_names_, table<schema::SecurityGroup>(), raw(partition), name);
}

template <class T>
std::vector<Ptr<T>> Cloud::listed(const Members& members, Id of) const {
    std::vector<Ptr<T>> found;
    for (const Id id : ids(members, of, schema::Schema<T>::kind)) found.push_back(find<T>(id));
    return found;
}
std::vector<Ptr<schema::Subnet>> Cloud::subnets(Id partition) const {
    return listed<schema::Subnet>(subnets_by_partition_, partition);
}
std::vector<Ptr<schema::NetworkAcl>> Cloud::acls(Id partition) const {
    return listed<schema::NetworkAcl>(acls_by_partition_, partition);
}
std::vector<Ptr<schema::RouteTable>> Cloud::route_tables(Id partition) const {
    return listed<schema::RouteTable>(tables_by_partition_, partition);
}
std::vector<Ptr<schema::Pool>> Cloud::pools(Id partition) const {
    return listed<schema::Pool>(pools_by_partition_, partition);
}
std::vector<Ptr<schema::AddressPool>> Cloud::address_pools(Id partition) const {
    return listed<schema::AddressPool>(address_pools_by_partition_, partition);
}
std::vector<Ptr<schema::Record>> Cloud::records_with_routes(Id partition) const {
    return listed<schema::Record>(routing_records_, partition);
}
std::vector<Id> Cloud::route_targets(Id partition) const {
    return seconds(route_targets_, partition, Kind::partition);
}
std::vector<Id> Cloud::route_origins(Id partition) const {
    return seconds(route_origins_, partition, Kind::partition);
}
std::vector<Ptr<schema::Subnet>> Cloud::subnets_of_acl(Id acl) const {
    return listed<schema::Subnet>(subnets_by_acl_, acl);
}
std::vector<Ptr<schema::SecurityGroup>> Cloud::groups(Id partition) const {
    return listed<schema::SecurityGroup>(groups_by_partition_, partition);
}
std::vector<Ptr<schema::SecurityGroup>> Cloud::referring_groups(Id group) const {
    return listed<schema::SecurityGroup>(references_, group);
}

Ptr<schema::Subnet> Cloud::subnet_of(Id partition, const Address& address) const {
    for (auto& subnet : subnets(partition))
        if (subnet->cidr.contains(address) || subnet->cidr6.contains(address)) return subnet;
    return nullptr;
}

Ptr<schema::Record> Cloud::record_at(Id subnet, const Address& address) const {
    const auto at = addresses_.find({subnet.value, address});
    return at == addresses_.end() ? nullptr : find<schema::Record>({Kind::record, at->second});
}

Ptr<schema::Record> Cloud::record_with(Id subnet, const Prefix& prefix) const {
    const auto at = prefixes_.find({subnet.value, prefix.address()});
    return at == prefixes_.end() || at->second.first != prefix
               ? nullptr
               : find<schema::Record>({Kind::record, at->second.second});
}

Prefix Cloud::delegated_around(Id subnet, const Address& address) const {
    auto at = prefixes_.upper_bound({subnet.value, address});
    if (at == prefixes_.begin() || (--at)->first.first != subnet.value) return {};
    return at->second.first.contains(address) ? at->second.first : Prefix{};
}

Prefix Cloud::delegated_over(Id subnet, const Prefix& prefix) const {
    if (const auto around = delegated_around(subnet, prefix.address())) return around;
    const auto at = prefixes_.lower_bound({subnet.value, prefix.address()});
    return at != prefixes_.end() && at->first.first == subnet.value && prefix.contains(at->first.second)
               ? at->second.first
               : Prefix{};
}

std::vector<Id> Cloud::records_of_subnet(Id subnet) const {
    return ids(records_by_subnet_, subnet, Kind::record);
}

Cloud::Posting Cloud::with_address(const Address& address) const {
    return {&records_by_word_, std::hash<Address>{}(address), Kind::record};
}

Cloud::Posting Cloud::with_tag(std::string_view key, std::string_view value) const {
    return {&records_by_word_, std::hash<std::string>{}(std::string(key) + '=' + std::string(value)),
            Kind::record};
}

bool Cloud::subnet_has_records(Id subnet) const {
    const auto at = records_by_subnet_.lower_bound({subnet.value, 0});
    return at != records_by_subnet_.end() && at->first == subnet.value;
}

std::vector<Ptr<schema::Attachment>> Cloud::attachments_of_record(Id record) const {
    return listed<schema::Attachment>(attachments_by_record_, record);
}
std::vector<Ptr<schema::Attachment>> Cloud::attachments_of_instance(Id instance) const {
    return listed<schema::Attachment>(attachments_by_instance_, instance);
}
std::vector<Ptr<schema::Attachment>> Cloud::attachments_on_host(Id host) const {
    return listed<schema::Attachment>(attachments_by_host_, host);
}
std::vector<Ptr<schema::Attachment>> Cloud::attachments_in_partition(Id partition) const {
    return listed<schema::Attachment>(attachments_by_partition_, partition);
}
Ptr<schema::Attachment> Cloud::attachment(Id record, Id instance) const {
    for (auto& attachment : attachments_of_record(record))
        if (attachment->instance == instance) return attachment;
    return nullptr;
}
std::vector<Id> Cloud::hosts_of_partition(Id partition) const {
    return seconds(partition_hosts_, partition, Kind::host);
}
std::vector<Id> Cloud::partitions_on_host(Id host) const {
    return seconds(host_partitions_, host, Kind::partition);
}
std::vector<Id> Cloud::instances_on_host(Id host) const {
    return ids(instances_by_host_, host, Kind::instance);
}
std::vector<Ptr<schema::Instance>> Cloud::instances_of_rule(Id scaling_rule) const {
    return listed<schema::Instance>(instances_by_rule_, scaling_rule);
}
Ptr<schema::Host> Cloud::host_at(const Address& underlay) const {
    const auto at = underlays_.find(underlay);
    return at == underlays_.end() ? nullptr : find<schema::Host>({Kind::host, at->second});
}

void Cloud::index(const schema::Partition& partition, bool on) {
    set(partition_names_, partition, on);
    if (on)
        gnis_.insert(partition.gni);
    else
        gnis_.erase(partition.gni);
}

void Cloud::index(const schema::Subnet& subnet, bool on) {
    set(subnet_names_, subnet, on);
    set(subnets_by_partition_, subnet.partition, subnet.id, on);
    if (subnet.acl) set(subnets_by_acl_, subnet.acl, subnet.id, on);
}

void Cloud::index(const schema::RouteTable& table, bool on) {
    set(table_names_, table, on);
    set(tables_by_partition_, table.partition, table.id, on);
    index(table.routes, table.partition, on);
}

void Cloud::index(const schema::Pool& pool, bool on) {
    set(pool_names_, pool, on);
    set(pools_by_partition_, pool.partition, pool.id, on);
}

void Cloud::index(const schema::AddressPool& pool, bool on) {
    set(address_pool_names_, pool, on);
    set(address_pools_by_partition_, pool.partition, pool.id, on);
}

void Cloud::index(const std::vector<schema::RouteEntry>& routes, Id partition, bool on) {
    for (const auto& route : routes) {
        if (!route.partition) continue;
        count_pair(route_targets_, partition.value, route.partition.value, on);
        count_pair(route_origins_, route.partition.value, partition.value, on);
    }
}

void Cloud::index(const schema::NetworkAcl& acl, bool on) {
    set(acl_names_, acl, on);
    set(acls_by_partition_, acl.partition, acl.id, on);
}

void Cloud::index(const schema::SecurityGroup& group, bool on) {
    set(group_names_, group, on);
    set(groups_by_partition_, group.partition, group.id, on);
    for (const auto& rule : group.rules)
        if (rule.group && rule.group != group.id) set(references_, rule.group, group.id, on);
}

void Cloud::index(const schema::Host& host, bool on) {
    set(host_names_, host, on);
    for (const auto& address : host.underlay) {
        if (on)
            underlays_[address] = host.id.value;
        else
            underlays_.erase(address);
    }
}

void Cloud::index(const schema::Instance& instance, bool on) {
    set(instance_names_, instance, on);
    if (instance.host) set(instances_by_host_, instance.host, instance.id, on);
    for (const Id host : instance.hosts) set(instances_by_host_, host, instance.id, on);
    if (instance.scaling_rule) set(instances_by_rule_, instance.scaling_rule, instance.id, on);
}

void Cloud::index(const schema::ScalingRule& rule, bool on) { set(rule_names_, rule, on); }

void Cloud::index(const schema::Record& record, bool on) {
    set(record_names_, record, on);
    set(records_by_subnet_, record.subnet, record.id, on);
    for (const Id pool : {record.pool, record.address_pool})
        if (pool) set(records_by_pool_, pool, record.id, on);
    for (const auto& address : record.addresses)
        set_pair(records_by_word_, with_address(address).of, record.id.value, on);
    for (const auto& [key, value] : record.tags)
        set_pair(records_by_word_, with_tag(key, value).of, record.id.value, on);
    if (!record.routes.empty()) set(routing_records_, record.partition, record.id, on);
    index(record.routes, record.partition, on);
    for (const auto& address : held_addresses(record)) {
        if (on)
            addresses_[{record.subnet.value, address}] = record.id.value;
        else
            addresses_.erase({record.subnet.value, address});
    }
    for (const auto& prefix : held_prefixes(record)) {
        if (on)
            prefixes_[{record.subnet.value, prefix.address()}] = {prefix, record.id.value};
        else
            prefixes_.erase({record.subnet.value, prefix.address()});
    }
    for (const auto& pair : record.public_addresses) {
        if (on)
            public_addresses_[pair.public_address] = record.id.value;
        else
            public_addresses_.erase(pair.public_address);
    }
    if (record.tag == 0) return;
    if (on)
        records_by_tag_.emplace(record.tag, record.id.value);
    else
        records_by_tag_.erase({record.tag, record.id.value});
    // Its attachments' hosts hold another tag from now on.
    for (const auto& attachment : attachments_of_record(record.id)) {
        auto& tag = attachment_scope_[attachment->id.value].tag;
        if (on == (tag == record.tag)) continue;
        index_tag(*attachment, record.tag, on);
        tag = on ? record.tag : 0;
    }
}

void Cloud::index(const schema::Attachment& attachment, bool on) {
    set(attachments_by_record_, attachment.record, attachment.id, on);
    set(attachments_by_instance_, attachment.instance, attachment.id, on);
    // The record may leave in the same transaction: its partition and tag are remembered.
    Scope scope;
    if (on) {
        if (const auto record = find<schema::Record>(attachment.record))
            scope = {record->partition.value, record->tag};
        attachment_scope_[attachment.id.value] = scope;
    } else if (const auto at = attachment_scope_.find(attachment.id.value); at != attachment_scope_.end()) {
        scope = at->second;
        attachment_scope_.erase(at);
    }
    const Id partition{Kind::partition, scope.partition};
    set(attachments_by_partition_, partition, attachment.id, on);
    index_tag(attachment, scope.tag, on);
    if (!attachment.host) return;
    set(attachments_by_host_, attachment.host, attachment.id, on);
    count_pair(partition_hosts_, partition.value, attachment.host.value, on);
    count_pair(host_partitions_, attachment.host.value, partition.value, on);
}

void Cloud::index(const schema::Operation& operation, bool on) {
    const bool open = operation.state == schema::OperationState::running ||
                      operation.state == schema::OperationState::compensating;
    if (on && open)
        open_operations_.insert(operation.id);
    else
        open_operations_.erase(operation.id);
}

}  // namespace weft::coordinator
