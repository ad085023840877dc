// SPDX-License-Identifier: Apache-2.0
#include "coordinator/model/cloud.h"

namespace weft::coordinator {
namespace {

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

std::string_view raw(const Id& id) { return ByName<schema::Record>::raw(id); }

}  // namespace

void Cloud::apply(Revision revision, std::span<const Change> changes) {
    for (const auto& change : changes) {
        schema::with_object(change.id.kind, [&]<class T>(std::type_identity<T>) {
            auto& table = std::get<Table<T>>(tables_);
            if (const auto before = table.find(change.id)) {
                index_.set(*before, *this, false);
                if (is_null(change.after)) table.erase(change.id);
            }
            if (auto after = as<T>(change.after)) {
                index_.set(*after, *this, true);
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
    const auto& index = std::get<NameIndex<T>>(index_.names);
    std::vector<Ptr<T>> found;
    for (auto at = index.lower_bound({name, {}}); at != index.end() && (*at)->name == name; ++at)
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

template <class T>
Ptr<T> Cloud::by_name(std::string_view scope, std::string_view name) const {
    const auto& index = std::get<NameIndex<T>>(index_.names);
    const auto at = index.find({name, scope});
    return at == index.end() ? nullptr : find<T>((*at)->id);
}
Ptr<schema::Partition> Cloud::partition(std::string_view owner, std::string_view name) const {
    return by_name<schema::Partition>(owner, name);
}
Ptr<schema::Instance> Cloud::instance(std::string_view owner, std::string_view name) const {
    return by_name<schema::Instance>(owner, name);
}
Ptr<schema::ScalingRule> Cloud::scaling_rule(std::string_view owner, std::string_view name) const {
    return by_name<schema::ScalingRule>(owner, name);
}
Ptr<schema::Host> Cloud::host(std::string_view name) const { return by_name<schema::Host>({}, name); }
Ptr<schema::Subnet> Cloud::subnet(Id partition, std::string_view name) const {
    return by_name<schema::Subnet>(raw(partition), name);
}
Ptr<schema::Record> Cloud::record(Id partition, std::string_view name) const {
    return by_name<schema::Record>(raw(partition), name);
}
Ptr<schema::RouteTable> Cloud::route_table(Id partition, std::string_view name) const {
    return by_name<schema::RouteTable>(raw(partition), name);
}
Ptr<schema::NetworkAcl> Cloud::acl(Id partition, std::string_view name) const {
    return by_name<schema::NetworkAcl>(raw(partition), name);
}
Ptr<schema::Pool> Cloud::pool(Id partition, std::string_view name) const {
    return by_name<schema::Pool>(raw(partition), name);
}
Ptr<schema::AddressPool> Cloud::address_pool(Id partition, std::string_view name) const {
    return by_name<schema::AddressPool>(raw(partition), name);
}
Ptr<schema::SecurityGroup> Cloud::group(Id partition, std::string_view name) const {
    return by_name<schema::SecurityGroup>(raw(partition), name);
}

template <class T>
std::vector<Ptr<T>> Cloud::listed(const Members& members, Id of) const {
    std::vector<Ptr<T>> found;
    for (const Id id : ids(members, of, schema::Schema<T>::kind)) found.push_back(find<T>(id));
    return found;
}
std::vector<Ptr<schema::Subnet>> Cloud::subnets(Id partition) const {
    return listed<schema::Subnet>(index_.subnets_by_partition, partition);
}
std::vector<Ptr<schema::NetworkAcl>> Cloud::acls(Id partition) const {
    return listed<schema::NetworkAcl>(index_.acls_by_partition, partition);
}
std::vector<Ptr<schema::RouteTable>> Cloud::route_tables(Id partition) const {
    return listed<schema::RouteTable>(index_.tables_by_partition, partition);
}
std::vector<Ptr<schema::Pool>> Cloud::pools(Id partition) const {
    return listed<schema::Pool>(index_.pools_by_partition, partition);
}
std::vector<Ptr<schema::AddressPool>> Cloud::address_pools(Id partition) const {
    return listed<schema::AddressPool>(index_.address_pools_by_partition, partition);
}
std::vector<Ptr<schema::Record>> Cloud::records_with_routes(Id partition) const {
    return listed<schema::Record>(index_.routing_records, partition);
}
std::vector<Id> Cloud::route_targets(Id partition) const {
    return seconds(index_.route_targets, partition, Kind::partition);
}
std::vector<Id> Cloud::route_origins(Id partition) const {
    return seconds(index_.route_origins, partition, Kind::partition);
}
std::vector<Ptr<schema::Subnet>> Cloud::subnets_of_acl(Id acl) const {
    return listed<schema::Subnet>(index_.subnets_by_acl, acl);
}
std::vector<Ptr<schema::SecurityGroup>> Cloud::groups(Id partition) const {
    return listed<schema::SecurityGroup>(index_.groups_by_partition, partition);
}
std::vector<Ptr<schema::SecurityGroup>> Cloud::referring_groups(Id group) const {
    return listed<schema::SecurityGroup>(index_.references, group);
}

Ptr<schema::Subnet> Cloud::subnet_of(Id partition, const Address& address) const {
    for (auto& subnet : subnets(partition))
        if (subnet->cidr.contains(address) || subnet->cidr6.contains(address)) return subnet;
    return nullptr;
}

Ptr<schema::Record> Cloud::record_at(Id subnet, const Address& address) const {
    const auto at = index_.addresses.find({subnet.value, address});
    return at == index_.addresses.end() ? nullptr : find<schema::Record>({Kind::record, at->second});
}

Ptr<schema::Record> Cloud::record_with(Id subnet, const Prefix& prefix) const {
    const auto at = index_.prefixes.find({subnet.value, prefix.address()});
    return at == index_.prefixes.end() || at->second.first != prefix
               ? nullptr
               : find<schema::Record>({Kind::record, at->second.second});
}

Prefix Cloud::delegated_around(Id subnet, const Address& address) const {
    auto at = index_.prefixes.upper_bound({subnet.value, address});
    if (at == index_.prefixes.begin() || (--at)->first.first != subnet.value) return {};
    return at->second.first.contains(address) ? at->second.first : Prefix{};
}

Prefix Cloud::delegated_over(Id subnet, const Prefix& prefix) const {
    if (const auto around = delegated_around(subnet, prefix.address())) return around;
    const auto at = index_.prefixes.lower_bound({subnet.value, prefix.address()});
    return at != index_.prefixes.end() && at->first.first == subnet.value && prefix.contains(at->first.second)
               ? at->second.first
               : Prefix{};
}

std::vector<Id> Cloud::records_of_subnet(Id subnet) const {
    return ids(index_.records_by_subnet, subnet, Kind::record);
}

Cloud::Posting Cloud::with_address(const Address& address) const {
    return {&index_.records_by_word, Index::word_of(address), Kind::record};
}

Cloud::Posting Cloud::with_tag(std::string_view key, std::string_view value) const {
    return {&index_.records_by_word, Index::word_of(key, value), Kind::record};
}

bool Cloud::subnet_has_records(Id subnet) const {
    const auto at = index_.records_by_subnet.lower_bound({subnet.value, 0});
    return at != index_.records_by_subnet.end() && at->first == subnet.value;
}

std::vector<Ptr<schema::Attachment>> Cloud::attachments_of_record(Id record) const {
    return listed<schema::Attachment>(index_.attachments_by_record, record);
}
std::vector<Ptr<schema::Attachment>> Cloud::attachments_of_instance(Id instance) const {
    return listed<schema::Attachment>(index_.attachments_by_instance, instance);
}
std::vector<Ptr<schema::Attachment>> Cloud::attachments_on_host(Id host) const {
    return listed<schema::Attachment>(index_.attachments_by_host, host);
}
std::vector<Ptr<schema::Attachment>> Cloud::attachments_in_partition(Id partition) const {
    return listed<schema::Attachment>(index_.attachments_by_partition, partition);
}
Ptr<schema::Attachment> Cloud::attachment(Id record, Id instance) const {
    for (auto& attachment : attachments_of_record(record))
        if (attachment->instance == instance) return attachment;
    return nullptr;
}
std::vector<Id> Cloud::hosts_of_partition(Id partition) const {
    return seconds(index_.partition_hosts, partition, Kind::host);
}
std::vector<Id> Cloud::partitions_on_host(Id host) const {
    return seconds(index_.host_partitions, host, Kind::partition);
}
std::vector<Id> Cloud::instances_on_host(Id host) const {
    return ids(index_.instances_by_host, host, Kind::instance);
}
std::vector<Ptr<schema::Record>> Cloud::records_with_standby(Id instance) const {
    return listed<schema::Record>(index_.records_by_standby, instance);
}
std::vector<Ptr<schema::Instance>> Cloud::keepers_of_rules(Id record) const {
    return listed<schema::Instance>(index_.keepers_by_record, record);
}
std::vector<Ptr<schema::Instance>> Cloud::instances_of_rule(Id scaling_rule) const {
    return listed<schema::Instance>(index_.instances_by_rule, scaling_rule);
}
Ptr<schema::Host> Cloud::host_at(const Address& underlay) const {
    const auto at = index_.underlays.find(underlay);
    return at == index_.underlays.end() ? nullptr : find<schema::Host>({Kind::host, at->second});
}

}  // namespace weft::coordinator
