// SPDX-License-Identifier: Apache-2.0
// Which index answers a filter.
#include <algorithm>

#include "coordinator/service/query/filter.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Partition;

// Above this reading all objects costs less than merging so many postings for each page.
constexpr std::size_t most_postings = 1024;
// Partitions are looked through for an owner's if there are no more.
constexpr std::size_t most_partitions = 4096;

using Posting = Cloud::Posting;
using Postings = std::vector<Posting>;

template <class Fn>
void each_id(const std::vector<std::string>& values, Kind kind, const Fn& fn) {
    for (const auto& value : values)
        if (const auto id = parse_id(value); id && id->kind == kind) fn(*id);
}

void add_partition(const Cloud& cloud, Id partition, Postings& out) {
    for (const auto& subnet : cloud.subnets(partition)) out.push_back(cloud.in_subnet(subnet->id));
}

// Objects of all postings, each once, in the order of ids.
void merge(const Cloud& cloud, const Postings& postings, Id start, const Filter::Visit& fn) {
    struct Cursor {
        Members::const_iterator at;
        Members::const_iterator end;
        std::uint64_t of;
        [[nodiscard]] bool ended() const { return at == end || at->first != of; }
    };
    const auto later = [](const Cursor& a, const Cursor& b) { return a.at->second > b.at->second; };
    std::vector<Cursor> heap;
    for (const auto& [members, of, kind] : postings)
        if (const Cursor cursor{members->upper_bound({of, start.value}), members->end(), of}; !cursor.ended())
            heap.push_back(cursor);
    std::make_heap(heap.begin(), heap.end(), later);
    std::uint64_t last = start.value;
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), later);
        auto& least = heap.back();
        const auto id = least.at->second;
        if ((++least.at, least.ended()))
            heap.pop_back();
        else
            std::push_heap(heap.begin(), heap.end(), later);
        if (id == last) continue;
        last = id;
        if (!fn(cloud.find({start.kind, id}))) return;
    }
}

}  // namespace

std::optional<std::vector<Id>> Filter::few(const Cloud& cloud) const {
    std::vector<Id> ids;
    const auto add = [&](const auto& attachments, auto member) {
        for (const auto& attachment : attachments) ids.push_back((*attachment).*member);
    };
    const bool record = kind_ == Kind::record;
    const auto member = record ? &Attachment::record : &Attachment::id;
    const Term* t = nullptr;
    bool named = false;
    if (t = term("id"); t != nullptr) {
        each_id(t->values, kind_, [&](Id id) { ids.push_back(id); });
        return ids;
    }
    if (t = term("name"); t != nullptr)
        schema::with_object(kind_, [&]<class T>(std::type_identity<T>) {
            if constexpr (requires(const T& object) { object.name; }) {
                for (const auto& found : cloud.named<T>(t->values.front())) ids.push_back(found->id);
                named = true;
            }
        });
    if (named) return ids;
    if (!record && kind_ != Kind::attachment) return std::nullopt;
    if (t = term(record ? "instances" : "instance"); t != nullptr)
        each_id(t->values, Kind::instance, [&](Id id) { add(cloud.attachments_of_instance(id), member); });
    else if (t = term(record ? "hosts" : "host"); t != nullptr)
        each_id(t->values, Kind::host, [&](Id id) { add(cloud.attachments_on_host(id), member); });
    else if (t = record ? nullptr : term("record"); t != nullptr)
        each_id(t->values, Kind::record, [&](Id id) { add(cloud.attachments_of_record(id), member); });
    else
        return std::nullopt;
    return ids;
}

std::optional<Postings> Filter::postings(const Cloud& cloud) const {
    Postings out;
    const Term* t = nullptr;
    if (t = kind_ == Kind::instance ? term("host") : nullptr; t != nullptr) {
        each_id(t->values, Kind::host, [&](Id id) { out.push_back(cloud.placed_on(id)); });
    } else if (t = kind_ == Kind::subnet ? term("partition") : nullptr; t != nullptr) {
        each_id(t->values, Kind::partition, [&](Id id) { out.push_back(cloud.subnets_in(id)); });
    } else if (kind_ != Kind::record) {
        return std::nullopt;
    } else if (t = term("addresses"); t != nullptr) {
        if (const auto address = Address::parse(t->values.front()))
            out.push_back(cloud.with_address(*address));
    } else if (!tags_.empty()) {
        out.push_back(cloud.with_tag(tags_.begin()->first, tags_.begin()->second));
    } else if (t = term("pool"); t != nullptr) {
        each_id(t->values, Kind::pool, [&](Id id) { out.push_back(cloud.in_pool(id)); });
    } else if (t = term("address-pool"); t != nullptr) {
        each_id(t->values, Kind::address_pool, [&](Id id) { out.push_back(cloud.in_pool(id)); });
    } else if (t = term("subnet"); t != nullptr) {
        each_id(t->values, Kind::subnet, [&](Id id) { out.push_back(cloud.in_subnet(id)); });
    } else if (t = term("subnets"); t != nullptr) {
        each_id(t->values, Kind::subnet, [&](Id id) { out.push_back(cloud.in_subnet(id)); });
    } else if (t = term("partition"); t != nullptr) {
        each_id(t->values, Kind::partition, [&](Id id) { add_partition(cloud, id, out); });
    } else if (t = term("owner"); t != nullptr && cloud.table<Partition>().size() <= most_partitions) {
        for (const auto& [id, entry] : cloud.table<Partition>())
            if (entry.object->owner == t->values.front()) add_partition(cloud, entry.object->id, out);
    } else {
        return std::nullopt;
    }
    if (out.size() > most_postings) return std::nullopt;
    return out;
}

void Filter::each_after(const Cloud& cloud, Id start, const Visit& fn) const {
    if (auto ids = few(cloud)) {
        std::sort(ids->begin(), ids->end());
        ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
        for (auto at = std::upper_bound(ids->begin(), ids->end(), start); at != ids->end(); ++at)
            if (const auto object = cloud.find(*at); !is_null(object) && !fn(object)) return;
        return;
    }
    if (const auto found = postings(cloud)) return merge(cloud, *found, start, fn);
    schema::with_object(kind_, [&]<class T>(std::type_identity<T>) {
        const auto& table = cloud.table<T>();
        for (auto at = table.after(start); at != table.end(); ++at)
            if (!fn(Object{at->second.object})) return;
    });
}

}  // namespace weft::coordinator
