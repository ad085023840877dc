// SPDX-License-Identifier: Apache-2.0
// What a host must hold: a pure function of the cloud (rows 2.1 to 2.5, 3.4, 4.4).
#pragma once

#include <optional>
#include <set>
#include <variant>

#include "coordinator/distribution/key.h"
#include "coordinator/model/cloud.h"

namespace weft::coordinator {

// One type for each of schema::DesiredObjects.
template <class Objects>
struct OneOf;
template <class... T>
struct OneOf<std::tuple<T...>> {
    using type = std::variant<T...>;
};
using DesiredObject = OneOf<schema::DesiredObjects>::type;

// What the MTU of instances follows from: the hosts that may carry their partition.
struct Underlay {
    std::uint32_t mtu{0};  // smallest reported; 0: none has reported
    bool ipv6{false};      // some host has an IPv6 underlay

    friend bool operator==(const Underlay&, const Underlay&) = default;
};
// A view of the cloud at its present revision.
class Desired {
public:
    explicit Desired(const Cloud& cloud) : cloud_(cloud) { (void)refresh(); }

    // After hosts changed: looks at all of them again. True: the MTU of all ports may be another.
    [[nodiscard]] bool refresh();

    // The object, or nothing when the host must not hold it: then it is to be erased there.
    [[nodiscard]] std::optional<DesiredObject> object(Id host, const Key& key) const;
    // All that the host must hold, in the order of puts.
    [[nodiscard]] std::set<Key> keys(Id host) const;

private:
    [[nodiscard]] std::optional<DesiredObject> peer(Id host, Id other) const;
    [[nodiscard]] std::optional<DesiredObject> port(Id host, Id attachment) const;
    [[nodiscard]] std::optional<DesiredObject> workload(Id host, Id instance) const;
    [[nodiscard]] std::optional<DesiredObject> route(Id host, const schema::Partition& partition,
                                                     std::uint32_t table, const Prefix& prefix) const;
    [[nodiscard]] std::optional<DesiredObject> route(const schema::Partition& partition, std::uint32_t table,
                                                     const Prefix& prefix,
                                                     const std::vector<schema::RouteEntry>& routes) const;
    [[nodiscard]] const std::vector<schema::RouteEntry>* own_routes(Id host, std::uint32_t number) const;
    [[nodiscard]] std::optional<DesiredObject> spread(Id host, Id record) const;
    [[nodiscard]] std::optional<DesiredObject> mapping(const schema::Partition& partition,
                                                       const Prefix& prefix) const;
    [[nodiscard]] std::optional<DesiredObject> source(const schema::Partition& partition,
                                                      const Prefix& prefix) const;
    [[nodiscard]] std::optional<DesiredObject> tag(const schema::Partition& partition,
                                                   std::uint32_t number) const;
    [[nodiscard]] std::optional<DesiredObject> group(Id host, Id group) const;
    [[nodiscard]] std::optional<DesiredObject> acl(Id host, Id acl) const;
    [[nodiscard]] bool share_a_partition(Id host, Id other) const;
    [[nodiscard]] std::uint32_t mtu(const schema::Partition& partition) const;

    const Cloud& cloud_;
    Underlay underlay_;
};

// What the phases of schema/attachment.h mean.
[[nodiscard]] bool has_port(const schema::Attachment& attachment);
[[nodiscard]] bool may_transmit(const schema::Attachment& attachment);
[[nodiscard]] bool is_mapped(const schema::Attachment& attachment);

// Attachments of the record whose mappings are announced, in the order of ids.
[[nodiscard]] std::vector<Ptr<schema::Attachment>> announced(const Cloud& cloud, Id record);

// Where the flows to a shared record may go (row 2.7): not to one whose instance, device or host failed,
// unless none works. One that is being attached or moved keeps the flows that it has and gets no new ones;
// its attachment names it wherever it is, so its flows go with it.
[[nodiscard]] std::vector<schema::Member> spread_members(const Cloud& cloud, Id record);

// The keys of one partition that do not depend on the host: routes, mappings, sources, tags.
void add_partition_keys(const Cloud& cloud, const schema::Partition& partition, std::set<Key>& keys);
// Those of one record, whether attached or not.
void add_record_keys(const schema::Record& record, std::uint32_t gni, std::set<Key>& keys);
// Of each of the partition's route tables.
void add_subnet_keys(const Cloud& cloud, const schema::Subnet& subnet, std::set<Key>& keys);
void add_subnet_keys(const schema::RouteTable& table, const schema::Subnet& subnet, std::set<Key>& keys);
// The record's own routes, which its hosts hold.
void add_own_route_keys(const schema::Record& record, std::set<Key>& keys);
// The routes of one table, those to the subnets left out.
void add_route_keys(const schema::RouteTable& table, std::set<Key>& keys);

}  // namespace weft::coordinator
