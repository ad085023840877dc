// SPDX-License-Identifier: Apache-2.0
// All objects in memory with the indices that queries, verbs and distribution need. Pure.
#pragma once

#include <functional>
#include <span>

#include "coordinator/model/index.h"
#include "coordinator/model/table.h"

namespace weft::coordinator {

class Cloud {
public:
    // The changes of one revision, in the order of the transaction. Revisions only grow.
    void apply(Revision revision, std::span<const Change> changes);
    // Before and after the changes that fill an empty cloud: of each object one, records before their
    // attachments. Until then records are found by id alone.
    void begin_load() { index_.defer(); }
    void end_load() { index_.settle(); }
    // The newest revision applied.
    [[nodiscard]] Revision revision() const noexcept { return revision_; }

    template <class T>
    [[nodiscard]] const Table<T>& table() const {
        return std::get<Table<T>>(tables_);
    }
    // Null when there is none.
    template <class T>
    [[nodiscard]] Ptr<T> find(Id id) const {
        return table<T>().find(id);
    }
    [[nodiscard]] Object find(Id id) const;

    // All objects of that name, whatever their scope.
    template <class T>
    [[nodiscard]] std::vector<Ptr<T>> named(std::string_view name) const;
    // By name within its scope: partition of an owner, subnet, record, group, ACL or route table of a
    // partition, instance or scaling rule of an owner, host.
    [[nodiscard]] Ptr<schema::Partition> partition(std::string_view owner, std::string_view name) const;
    [[nodiscard]] Ptr<schema::Instance> instance(std::string_view owner, std::string_view name) const;
    [[nodiscard]] Ptr<schema::ScalingRule> scaling_rule(std::string_view owner, std::string_view name) const;
    [[nodiscard]] Ptr<schema::Host> host(std::string_view name) const;
    [[nodiscard]] Ptr<schema::Subnet> subnet(Id partition, std::string_view name) const;
    [[nodiscard]] Ptr<schema::Record> record(Id partition, std::string_view name) const;
    [[nodiscard]] Ptr<schema::SecurityGroup> group(Id partition, std::string_view name) const;
    [[nodiscard]] Ptr<schema::RouteTable> route_table(Id partition, std::string_view name) const;
    [[nodiscard]] Ptr<schema::NetworkAcl> acl(Id partition, std::string_view name) const;
    [[nodiscard]] Ptr<schema::Pool> pool(Id partition, std::string_view name) const;
    // Without a partition: a public one.
    [[nodiscard]] Ptr<schema::AddressPool> address_pool(Id partition, std::string_view name) const;

    [[nodiscard]] std::vector<Ptr<schema::Subnet>> subnets(Id partition) const;
    // Which subnet of the partition holds the address.
    [[nodiscard]] Ptr<schema::Subnet> subnet_of(Id partition, const Address& address) const;
    [[nodiscard]] Ptr<schema::Record> record_at(Id subnet, const Address& address) const;
    // The addresses in use in a subnet, in order, each with its record.
    [[nodiscard]] const Addresses& addresses() const noexcept { return index_.addresses; }
    // The record to which the subnet's prefix is delegated; null: to none.
    [[nodiscard]] Ptr<schema::Record> record_with(Id subnet, const Prefix& prefix) const;
    // A delegated prefix of the subnet that holds the address, or that has an address in common with this
    // one; unset: there is none.
    [[nodiscard]] Prefix delegated_around(Id subnet, const Address& address) const;
    [[nodiscard]] Prefix delegated_over(Id subnet, const Prefix& prefix) const;
    // Those in use, each with its record.
    [[nodiscard]] const std::map<Address, std::uint64_t>& public_addresses() const noexcept {
        return index_.public_addresses;
    }
    // Ids of the records of a subnet, in order.
    [[nodiscard]] std::vector<Id> records_of_subnet(Id subnet) const;
    // What an index keeps under one key: ids of a kind, in order.
    struct Posting {
        const Members* members;
        std::uint64_t of;
        Kind kind;
    };
    [[nodiscard]] Posting in_subnet(Id subnet) const {
        return {&index_.records_by_subnet, subnet.value, Kind::record};
    }
    [[nodiscard]] Posting in_pool(Id pool) const {
        return {&index_.records_by_pool, pool.value, Kind::record};
    }
    // Records with this address or this tag, and maybe a few others.
    [[nodiscard]] Posting with_address(const Address& address) const;
    [[nodiscard]] Posting with_tag(std::string_view key, std::string_view value) const;
    [[nodiscard]] Posting placed_on(Id host) const {
        return {&index_.instances_by_host, host.value, Kind::instance};
    }
    [[nodiscard]] Posting subnets_in(Id partition) const {
        return {&index_.subnets_by_partition, partition.value, Kind::subnet};
    }
    [[nodiscard]] bool subnet_has_records(Id subnet) const;
    // The first record of the pool after `after`, in the order of ids and around at the end; null when it has
    // none that `fits`. Looks at each at most once.
    using Fits = std::function<bool(const schema::Record&)>;
    [[nodiscard]] Ptr<schema::Record> record_of_pool(Id pool, std::uint64_t after, const Fits& fits) const;
    // Of a pool of records or of addresses.
    [[nodiscard]] std::vector<Id> records_of_pool(Id pool) const;
    [[nodiscard]] std::vector<Ptr<schema::Pool>> pools(Id partition) const;
    [[nodiscard]] std::vector<Ptr<schema::AddressPool>> address_pools(Id partition) const;

    // Attachments, each list in the order of ids.
    [[nodiscard]] std::vector<Ptr<schema::Attachment>> attachments_of_record(Id record) const;
    [[nodiscard]] std::vector<Ptr<schema::Attachment>> attachments_of_instance(Id instance) const;
    [[nodiscard]] std::vector<Ptr<schema::Attachment>> attachments_on_host(Id host) const;
    [[nodiscard]] std::vector<Ptr<schema::Attachment>> attachments_in_partition(Id partition) const;
    [[nodiscard]] Ptr<schema::Attachment> attachment(Id record, Id instance) const;
    // Hosts that carry an attachment of the partition: those that hold its mappings.
    [[nodiscard]] std::vector<Id> hosts_of_partition(Id partition) const;
    // Partitions with an attachment on the host.
    [[nodiscard]] std::vector<Id> partitions_on_host(Id host) const;
    [[nodiscard]] std::vector<Id> instances_on_host(Id host) const;
    // Records that list the instance as a standby, and instances that keep rules for the record.
    [[nodiscard]] std::vector<Ptr<schema::Record>> records_with_standby(Id instance) const;
    [[nodiscard]] std::vector<Ptr<schema::Instance>> keepers_of_rules(Id record) const;
    // In the order of ids, terminated ones too.
    [[nodiscard]] std::vector<Ptr<schema::Instance>> instances_of_rule(Id scaling_rule) const;

    [[nodiscard]] std::vector<Ptr<schema::NetworkAcl>> acls(Id partition) const;
    [[nodiscard]] std::vector<Ptr<schema::RouteTable>> route_tables(Id partition) const;
    // Of the partition, in the order of ids; and the partitions that its routes name, or whose routes name
    // it.
    [[nodiscard]] std::vector<Ptr<schema::Record>> records_with_routes(Id partition) const;
    [[nodiscard]] std::vector<Id> route_targets(Id partition) const;
    [[nodiscard]] std::vector<Id> route_origins(Id partition) const;
    [[nodiscard]] std::vector<Ptr<schema::Subnet>> subnets_of_acl(Id acl) const;
    [[nodiscard]] std::vector<Ptr<schema::SecurityGroup>> groups(Id partition) const;
    // Of the partition, in the order of numbers; those that stand for no set are in none.
    [[nodiscard]] std::vector<Ptr<schema::SecurityTag>> tags(Id partition) const;
    [[nodiscard]] std::vector<Ptr<schema::SecurityTag>> tags_of_group(Id group) const;
    // By number, and by the set of groups, in the order of ids; null when there is none.
    [[nodiscard]] Ptr<schema::SecurityTag> tag(std::uint32_t number) const;
    [[nodiscard]] Ptr<schema::SecurityTag> tag_of(const std::vector<Id>& groups) const;
    // Null when none was ever given.
    [[nodiscard]] Ptr<schema::SecurityTag> highest_tag() const;
    // Ids of the records that carry the tag, in order, up to `most`.
    [[nodiscard]] std::vector<Id> records_of_tag(std::uint32_t number, std::size_t most) const;
    // Whose rules refer to the group.
    [[nodiscard]] std::vector<Ptr<schema::SecurityGroup>> referring_groups(Id group) const;
    // Hosts with an attachment of a record that carries the tag, and tags on a host.
    [[nodiscard]] std::vector<Id> hosts_of_tag(std::uint32_t number) const;
    [[nodiscard]] std::vector<std::uint32_t> tags_on_host(Id host) const;

    [[nodiscard]] bool gni_used(std::uint32_t gni) const { return index_.gnis.count(gni) != 0; }
    // 0 when there is none.
    [[nodiscard]] std::uint32_t highest_gni() const {
        return index_.gnis.empty() ? 0 : *index_.gnis.rbegin();
    }
    [[nodiscard]] Ptr<schema::Host> host_at(const Address& underlay) const;
    // Operations that have not ended.
    [[nodiscard]] const std::set<Id>& open_operations() const noexcept { return index_.open_operations; }

private:
    template <class Tuple>
    struct TablesOf;
    template <class... T>
    struct TablesOf<std::tuple<T...>> {
        using type = std::tuple<Table<T>...>;
    };
    TablesOf<schema::Objects>::type tables_;
    Revision revision_{0};

    Index index_;

    template <class T>
    [[nodiscard]] Ptr<T> by_name(std::string_view scope, std::string_view name) const;
    template <class T>
    [[nodiscard]] std::vector<Ptr<T>> listed(const Members& members, Id of) const;
};

}  // namespace weft::coordinator
