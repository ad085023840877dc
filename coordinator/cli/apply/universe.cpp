// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/universe.h"

#include "coordinator/cli/names.h"
#include "coordinator/cli/references.h"

namespace weft::cli {
namespace {

Error ambiguous(const schema::Position& position, const std::string& text) {
    auto error = wrong(position, "", text);
    error.code = ErrorCode::conflict;
    return error;
}

}  // namespace

Universe::Universe(const Present& present) {
    for (const Kind kind :
         {Kind::partition, Kind::security_group, Kind::network_acl, Kind::route_table, Kind::subnet,
          Kind::host, Kind::instance, Kind::pool, Kind::address_pool, Kind::record, Kind::scaling_rule}) {
        const auto found = present.find(kind);
        if (found == present.end()) continue;
        for (const auto& object : found->second) {
            const auto id = text_of(object, "id");
            auto key = text_of(object, "name").empty() ? id : text_of(object, "name");
            if (inside_partition(kind)) key = key_of(text_of(object, "partition")) + '/' + key;
            keys_[id] = key;
            known_[kind][key].present.push_back(&object);
        }
    }
}

std::string Universe::key_of(const std::string& id) const {
    const auto found = keys_.find(id);
    return found == keys_.end() ? id : found->second;
}

Result<std::string> Universe::add(const Wanted& wanted) {
    std::string key = wanted.name;
    if (inside_partition(wanted.kind)) key = wanted.partition + '/' + key;
    auto& known = known_[wanted.kind][key];
    if (known.wanted)
        return wrong(wanted.position, "",
                     std::string(to_string(wanted.kind)) + ' ' + key + " is given twice, first at " +
                         schema::to_string(known.wanted));
    known.wanted = wanted.position;
    return key;
}

Result<std::string> Universe::resolve(Kind kind, const std::string& ref, const std::string& partition,
                                      const schema::Position& position) const {
    const auto noun = std::string(to_string(kind));
    if (const auto id = parse_id(ref); id && id->kind == kind && keys_.contains(ref)) return key_of(ref);
    const auto all = known_.find(kind);
    const auto exists = [&](const std::string& key) {
        return all != known_.end() && all->second.contains(key);
    };
    if (exists(ref)) return ref;
    if (!partition.empty() && exists(partition + '/' + ref)) return partition + '/' + ref;
    if (inside_partition(kind) && partition.empty() && all != known_.end()) {
        std::vector<std::string_view> candidates;
        for (const auto& [key, known] : all->second)
            if (key.ends_with('/' + ref)) candidates.push_back(key);
        if (candidates.size() == 1) return std::string(candidates.front());
        if (candidates.size() > 1)
            return ambiguous(position, noun + " '" + ref + "' may be " + schema::one_of(candidates));
    }
    auto error = wrong(position, "", "there is no " + noun + " '" + ref + "'");
    error.code = ErrorCode::not_found;
    return error;
}

Result<const schema::Value*> Universe::find(Kind kind, const std::string& key,
                                            const schema::Position& position) const {
    const auto all = known_.find(kind);
    if (all == known_.end() || !all->second.contains(key)) return nullptr;
    const auto& objects = all->second.at(key).present;
    if (objects.size() > 1) {
        std::string ids;
        for (const auto* object : objects) ids += (ids.empty() ? "" : ", ") + text_of(*object, "id");
        return ambiguous(position, "several have the name '" + key + "': " + ids);
    }
    return objects.empty() ? nullptr : objects.front();
}

}  // namespace weft::cli
