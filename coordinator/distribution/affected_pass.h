// SPDX-License-Identifier: Apache-2.0
// How affected.h goes through changes: one method for each kind of object.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "coordinator/distribution/affected.h"

namespace weft::coordinator {

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
                case Kind::instance: instance(sides<schema::Instance>(change)); break;
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
    [[nodiscard]] std::vector<Id> hosts_of(Id partition) const;
    // The partition and those that routes connect it with, in force or not.
    [[nodiscard]] std::vector<Id> around(Id partition) const;
    [[nodiscard]] std::vector<Id> hosts_around(Id partition) const;
    // The same, whichever host is asked about: those that are peers.
    [[nodiscard]] std::set<Id> peers_around(Id partition) const;
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
    void own_routes(const schema::Record& record, Id host) const;
    void links(Id partition, const std::vector<schema::RouteEntry>& before,
               const std::vector<schema::RouteEntry>& after) const;
    void link(Id from, Id to) const;
    void peers(const schema::Partition& partition, const std::vector<Id>& before,
               const std::vector<Id>& after) const;
    void groups_of(const schema::Record& record, const std::vector<Id>& hosts) const;
    void acls_of(const schema::Record& record, Id host) const;
    void ports_of(const schema::Subnet& subnet, const std::set<Key>& keys) const;
    void subnet(const Sides<schema::Subnet>& change) const;
    void host(const Sides<schema::Host>& change) const;
    void partition(const Sides<schema::Partition>& change) const;
    void instance(const Sides<schema::Instance>& change) const;
    void operation(const Sides<schema::Operation>& change) const;

    const Cloud& cloud_;
    std::span<const Change> changes_;
    std::optional<Id> only_;
    const Mark& mark_;
    std::map<Id, Object> former_;
    std::map<Id, std::set<Id>> former_hosts_;  // by partition
};

}  // namespace weft::coordinator
