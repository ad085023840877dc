// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/crossing.h"

#include <algorithm>

#include "coordinator/distribution/desired.h"
#include "coordinator/model/addresses.h"
#include "coordinator/model/routing.h"

namespace weft::coordinator {

using schema::DesiredKind;

namespace {

bool contains(const std::vector<Id>& ids, Id id) { return std::ranges::find(ids, id) != ids.end(); }

// The mapping beside says whose the source is, for frameworks that do not carry the tag.
void add_sources(const schema::Record& record, const schema::Partition& into, std::set<Key>& keys) {
    if (!record.exclusive) keys.insert(spread_key(record.id));
    for (const auto& range : held_ranges(record))
        for (const auto kind : {DesiredKind::mapping, DesiredKind::source})
            keys.insert({kind, into.id, into.gni, range});
}

void add_mappings(const schema::Record& record, const schema::Partition& of, std::set<Key>& keys) {
    if (!record.exclusive) keys.insert(spread_key(record.id));
    for (const auto& range : held_ranges(record)) keys.insert({DesiredKind::mapping, of.id, of.gni, range});
}

// fn(record) for each of the partition that has a mapping.
template <class Fn>
void each_mapped(const Cloud& cloud, Id partition, Fn&& fn) {
    for (const auto& attachment : cloud.attachments_in_partition(partition))
        if (is_mapped(*attachment))
            if (const auto record = cloud.find<schema::Record>(attachment->record)) fn(*record);
}

void add_tags(const Cloud& cloud, Id partition, std::set<Key>& keys) {
    for (const auto& tag : cloud.tags(partition)) keys.insert(tag_key(partition, tag->number));
}

}  // namespace

void add_crossing_keys(const Cloud& cloud, const schema::Record& record, std::set<Key>& keys) {
    auto targets = targets_of(record.routes);  // they may be gone by now
    for (const Id to : cloud.route_targets(record.partition)) targets.insert(to);
    for (const Id to : targets)
        if (const auto into = cloud.find<schema::Partition>(to)) add_sources(record, *into, keys);
}

void add_crossing_keys(const Cloud& cloud, Id from, Id to, std::set<Key>& keys) {
    const auto into = cloud.find<schema::Partition>(to);
    if (!into) return;
    each_mapped(cloud, from, [&](const schema::Record& record) { add_sources(record, *into, keys); });
    each_mapped(cloud, to, [&](const schema::Record& record) { add_mappings(record, *into, keys); });
    for (const Id side : {from, to}) add_tags(cloud, side, keys);
}

void add_held_across(const Cloud& cloud, Id partition, std::set<Key>& keys) {
    const auto here = cloud.find<schema::Partition>(partition);
    if (!here) return;
    for (const Id from : peers_from(cloud, partition))
        each_mapped(cloud, from, [&](const schema::Record& record) { add_sources(record, *here, keys); });
    for (const Id to : peers_to(cloud, partition)) {
        const auto there = cloud.find<schema::Partition>(to);
        const auto prefixes = routed_prefixes(cloud, partition, to);
        std::set<Key> mappings;
        each_mapped(cloud, to, [&](const schema::Record& record) { add_mappings(record, *there, mappings); });
        for (const auto& key : mappings)
            if (key.kind == DesiredKind::spread ||
                std::ranges::any_of(prefixes, [&](const Prefix& p) { return p.contains(key.prefix); }))
                keys.insert(key);
    }
    for (const Id peer : peers_of(cloud, partition)) {
        add_tags(cloud, peer, keys);
        for (const Id host : cloud.hosts_of_partition(peer)) keys.insert(peer_key(host));
    }
}

bool reaches(const Cloud& cloud, const std::vector<Id>& here, Id partition, const Prefix& prefix) {
    return std::ranges::any_of(cloud.route_origins(partition), [&](Id from) {
        if (!contains(here, from)) return false;
        const auto prefixes = routed_prefixes(cloud, from, partition);
        return std::ranges::any_of(prefixes, [&](const Prefix& p) { return p.contains(prefix); });
    });
}

bool are_linked(const Cloud& cloud, const std::vector<Id>& here, const std::vector<Id>& there) {
    return std::ranges::any_of(here, [&](Id partition) {
        return std::ranges::any_of(peers_of(cloud, partition),
                                   [&](Id peer) { return contains(there, peer); });
    });
}

Ptr<schema::Record> record_at(const Cloud& cloud, Id partition, const Prefix& range) {
    const auto subnet = cloud.subnet_of(partition, range.address());
    if (!subnet) return nullptr;
    const bool whole = range.length() == range.address().bits();
    return whole ? cloud.record_at(subnet->id, range.address()) : cloud.record_with(subnet->id, range);
}

Ptr<schema::Record> sender_at(const Cloud& cloud, Id partition, const Prefix& range) {
    for (const Id from : peers_from(cloud, partition))
        if (auto record = record_at(cloud, from, range)) return record;
    return nullptr;
}

}  // namespace weft::coordinator
