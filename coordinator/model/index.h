// SPDX-License-Identifier: Apache-2.0
// What finds the objects of a cloud by other things than their ids: names, parents, addresses, tags. Pure.
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "coordinator/model/object.h"
#include "coordinator/model/sorted.h"

namespace weft::coordinator {

// Owns no strings: orders objects by (name, scope) through the objects themselves.
template <class T>
struct ByName {
    using Entry = const T*;
    using Key = std::pair<std::string_view, std::string_view>;  // name, raw bytes of the scope
    [[nodiscard]] static Key key(const T* object) {
        if constexpr (requires { object->partition; })
            return {object->name, raw(object->partition)};
        else if constexpr (requires { object->owner; })
            return {object->name, object->owner};
        else
            return {object->name, {}};
    }
    [[nodiscard]] static std::string_view raw(const Id& id) {
        return {reinterpret_cast<const char*>(&id.value), sizeof(id.value)};
    }
};
template <class T>
using NameIndex = Sorted<ByName<T>>;

// Pairs of numbers: what has members, and a member; and how often a pair is there.
using Members = SortedSet<std::pair<std::uint64_t, std::uint64_t>>;
using Counts = std::map<std::pair<std::uint64_t, std::uint64_t>, unsigned>;

// Addresses of subnets, each with its record.
using AddressKey = std::pair<std::uint64_t, Address>;  // subnet, address
using Addresses = SortedMap<AddressKey, std::uint64_t>;

class Cloud;

// Of the objects of one cloud, which keeps them in step and reads what it needs.
struct Index {
    std::tuple<NameIndex<schema::Partition>, NameIndex<schema::Subnet>, NameIndex<schema::Host>,
               NameIndex<schema::Instance>, NameIndex<schema::Record>, NameIndex<schema::SecurityGroup>,
               NameIndex<schema::NetworkAcl>, NameIndex<schema::RouteTable>, NameIndex<schema::Pool>,
               NameIndex<schema::AddressPool>, NameIndex<schema::ScalingRule>>
        names;
    Addresses addresses;
    std::map<AddressKey, std::pair<Prefix, std::uint64_t>> prefixes;  // by their first address; none overlap
    std::map<Address, std::uint64_t> public_addresses;
    std::set<std::uint32_t> gnis;
    std::map<Address, std::uint64_t> underlays;
    Members subnets_by_partition, records_by_subnet, instances_by_host, instances_by_rule;
    Members records_by_standby, keepers_by_record;  // those that keep rules for a record
    Members attachments_by_record, attachments_by_instance, attachments_by_host, attachments_by_partition;
    Counts partition_hosts, host_partitions, tag_hosts, host_tags;
    struct Scope {
        std::uint64_t partition{0};
        std::uint32_t tag{0};
    };
    SortedMap<std::uint64_t, Scope> attachment_scopes;  // as indexed: the record may be gone meanwhile
    Members acls_by_partition, subnets_by_acl, tables_by_partition, routing_records;
    Counts route_targets, route_origins;       // partitions, by how many routes
    Members groups_by_partition, references;   // group, and a group whose rules refer to it
    Members tags_by_partition, tags_by_group;  // by number
    Members records_by_word;                   // word_of() what records are looked for by
    Members records_by_tag, records_by_pool, pools_by_partition, address_pools_by_partition;
    std::map<std::uint32_t, std::uint64_t> tags_by_number;
    std::map<std::vector<Id>, std::uint64_t> tags_by_set;
    std::set<Id> open_operations;

    // Of an address, or of a tag's key and value: others may have the same.
    [[nodiscard]] static std::uint64_t word_of(const Address& address);
    [[nodiscard]] static std::uint64_t word_of(std::string_view key, std::string_view value);

    // Between these two objects only enter; what grows with the number of records is sorted at the end.
    void defer();
    void settle();

    // The object enters the indices or leaves them; `on` says which. `cloud` has all others.
    void set(const schema::Partition& partition, const Cloud& cloud, bool on);
    void set(const schema::Subnet& subnet, const Cloud& cloud, bool on);
    void set(const schema::Host& host, const Cloud& cloud, bool on);
    void set(const schema::Instance& instance, const Cloud& cloud, bool on);
    void set(const schema::Record& record, const Cloud& cloud, bool on);
    void set(const schema::Attachment& attachment, const Cloud& cloud, bool on);
    void set(const schema::Operation& operation, const Cloud& cloud, bool on);
    void set(const schema::SecurityGroup& group, const Cloud& cloud, bool on);
    void set(const schema::SecurityTag& tag, const Cloud& cloud, bool on);
    void set(const schema::NetworkAcl& acl, const Cloud& cloud, bool on);
    void set(const schema::RouteTable& table, const Cloud& cloud, bool on);
    void set(const schema::Pool& pool, const Cloud& cloud, bool on);
    void set(const schema::AddressPool& pool, const Cloud& cloud, bool on);
    void set(const schema::ScalingRule& rule, const Cloud& cloud, bool on);
    void set(const schema::AccessKey&, const Cloud&, bool) {}  // found by id alone

private:
    template <class T>
    void set_name(const T& object, bool on);
    void set_routes(const std::vector<schema::RouteEntry>& routes, Id partition, bool on);
    void set_addresses(const schema::Record& record, const Cloud& cloud, bool on);
    void set_tag(const schema::Attachment& attachment, std::uint32_t tag, bool on);
};

}  // namespace weft::coordinator
