// SPDX-License-Identifier: Apache-2.0
#include "coordinator/model/cloud.h"

namespace weft::coordinator {
namespace {

using Members = Cloud::Members;

void set(Members& members, Id of, Id member, bool on) {
    if (on)
        members.emplace(of.value, member.value);
    else
        members.erase({of.value, member.value});
}

std::vector<Id> ids(const Members& members, Id of, Kind kind) {
    std::vector<Id> found;
    for (auto at = members.lower_bound({of.value, 0}); at != members.end() && at->first == of.value; ++at)
        found.push_back({kind, at->second});
    return found;
}

using Counts = std::map<std::pair<std::uint64_t, std::uint64_t>, unsigned>;

void count(Counts& counts, std::uint64_t a, std::uint64_t b, bool on) {
    if (on) {
        ++counts[{a, b}];
    } else if (const auto at = counts.find({a, b}); at != counts.end() && --at->second == 0) {
        counts.erase(at);
    }
}

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
        std::tie(partition_names_, subnet_names_, host_names_, instance_names_, record_names_));
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

Ptr<schema::Partition> Cloud::partition(std::string_view owner, std::string_view name) const {
    return by_name(partition_names_, table<schema::Partition>(), owner, name);
}
Ptr<schema::Instance> Cloud::instance(std::string_view owner, std::string_view name) const {
    return by_name(instance_names_, table<schema::Instance>(), owner, name);
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

std::vector<Ptr<schema::Subnet>> Cloud::subnets(Id partition) const {
    std::vector<Ptr<schema::Subnet>> found;
    for (const Id id : ids(subnets_by_partition_, partition, Kind::subnet))
        found.push_back(find<schema::Subnet>(id));
    return found;
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

std::vector<Id> Cloud::records_of_subnet(Id subnet) const {
    return ids(records_by_subnet_, subnet, Kind::record);
}

bool Cloud::subnet_has_records(Id subnet) const {
    const auto at = records_by_subnet_.lower_bound({subnet.value, 0});
    return at != records_by_subnet_.end() && at->first == subnet.value;
}

std::vector<Ptr<schema::Attachment>> Cloud::attachments_in(const Members& members, Id id) const {
    std::vector<Ptr<schema::Attachment>> found;
    for (const Id attachment : ids(members, id, Kind::attachment))
        found.push_back(find<schema::Attachment>(attachment));
    return found;
}
std::vector<Ptr<schema::Attachment>> Cloud::attachments_of_record(Id record) const {
    return attachments_in(attachments_by_record_, record);
}
std::vector<Ptr<schema::Attachment>> Cloud::attachments_of_instance(Id instance) const {
    return attachments_in(attachments_by_instance_, instance);
}
std::vector<Ptr<schema::Attachment>> Cloud::attachments_on_host(Id host) const {
    return attachments_in(attachments_by_host_, host);
}
std::vector<Ptr<schema::Attachment>> Cloud::attachments_in_partition(Id partition) const {
    return attachments_in(attachments_by_partition_, partition);
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
}

void Cloud::index(const schema::Record& record, bool on) {
    set(record_names_, record, on);
    set(records_by_subnet_, record.subnet, record.id, on);
    for (const auto& address : record.addresses) {
        if (on)
            addresses_[{record.subnet.value, address}] = record.id.value;
        else
            addresses_.erase({record.subnet.value, address});
    }
}

void Cloud::index(const schema::Attachment& attachment, bool on) {
    set(attachments_by_record_, attachment.record, attachment.id, on);
    set(attachments_by_instance_, attachment.instance, attachment.id, on);
    // The record may leave in the same transaction: its partition is remembered.
    Id partition{Kind::partition, 0};
    if (on) {
        if (const auto record = find<schema::Record>(attachment.record)) partition = record->partition;
        attachment_partition_[attachment.id.value] = partition.value;
    } else if (const auto at = attachment_partition_.find(attachment.id.value);
               at != attachment_partition_.end()) {
        partition.value = at->second;
        attachment_partition_.erase(at);
    }
    set(attachments_by_partition_, partition, attachment.id, on);
    if (!attachment.host) return;
    set(attachments_by_host_, attachment.host, attachment.id, on);
    count(partition_hosts_, partition.value, attachment.host.value, on);
    count(host_partitions_, attachment.host.value, partition.value, on);
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
