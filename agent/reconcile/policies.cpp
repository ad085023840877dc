// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/policies.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/rules.h"

namespace weft::agent {
namespace {

std::vector<MapEntry> to_map_entries(const policy::Entries& entries) {
    std::vector<MapEntry> out;
    out.reserve(entries.ports.size() + entries.addresses.size() + entries.tags.size() + 1);
    for (const auto& e : entries.ports)
        out.push_back({MapId::rule_port, {to_bytes(e.key), to_bytes(e.value)}});
    for (const auto& e : entries.addresses)
        out.push_back({MapId::rule_address, {to_bytes(e.key), to_bytes(e.class_id)}});
    for (const auto& e : entries.tags)
        out.push_back({MapId::rule_tag, {to_bytes(e.key), to_bytes(e.class_id)}});
    return out;
}

std::vector<MapEntry> to_map_entries(const std::optional<policy::Table>& table) {
    if (!table) return {};
    auto out = to_map_entries(table->entries());
    out.push_back({MapId::policy, {to_bytes(table->id()), to_bytes(table->value())}});
    return out;
}

const schema::Tag* find_tag(const DesiredSet& desired, std::uint32_t tag) {
    return desired.find<schema::Tag>(std::to_string(tag));
}

// Of each subnet that has the ACL.
void set_acl(PolicyIds& ids, const schema::Port& port, Id acl, std::uint32_t id) {
    if (port.acl == acl) ids.acl = id;
    for (std::size_t i = 0; i < port.subnets.size(); ++i)
        if (port.subnets[i].acl == acl) ids.further_acls[i] = id;
}

policy::Groups groups_of(const schema::Tag& tag) { return {tag.groups.begin(), tag.groups.end()}; }

}  // namespace

std::vector<Policies::Key> Policies::keys_of(const schema::Port& port) {
    std::vector<Key> keys;
    if (port.tag != 0) keys.push_back({port.tag, {}, {}});
    if (port.acl) keys.push_back({0, port.acl, {}});
    for (const auto& subnet : port.subnets)
        if (subnet.acl) keys.push_back({0, subnet.acl, {}});
    if (!port.rules.empty()) keys.push_back({0, {}, port.attachment});
    return keys;
}

void Policies::added(const schema::Port& port) {
    for (const auto& key : keys_of(port)) {
        auto& ports = units_[key].ports;
        if (ports.empty()) dirty_.insert(key);
        ports.insert(port.key());
    }
}

void Policies::removed(const schema::Port& port) {
    for (const auto& key : keys_of(port)) {
        auto& ports = units_[key].ports;
        ports.erase(port.key());
        if (ports.empty()) dirty_.insert(key);
    }
}

void Policies::changed(const schema::Group& group) {
    for (const auto& [key, unit] : units_)
        if (unit.groups.contains(group.id)) dirty_.insert(key);
}

void Policies::changed(const schema::Acl& acl) {
    const Key key{0, acl.id, {}};
    if (units_.contains(key)) dirty_.insert(key);
}

void Policies::changed(const schema::Tag& tag) {
    for (const auto& group : tag.groups) tags_of_[group].insert(tag.tag);
    changed_tags_.insert(tag.tag);
    const Key key{tag.tag, {}, {}};
    if (units_.contains(key)) dirty_.insert(key);
}

Policies::PortKeys Policies::refresh(const DesiredSet& desired) {
    for (auto& [key, unit] : units_)
        if (!dirty_.contains(key) && !replace_tags(unit, desired)) dirty_.insert(key);
    for (const auto tag : std::exchange(changed_tags_, {}))
        if (find_tag(desired, tag) == nullptr)
            for (auto& [group, tags] : tags_of_) tags.erase(tag);
    std::erase_if(tags_of_, [](const auto& entry) { return entry.second.empty(); });
    PortKeys touched;
    for (const auto& key : std::exchange(dirty_, {})) {
        auto& unit = units_.at(key);
        compile(key, unit, desired);
        touched.insert(unit.ports.begin(), unit.ports.end());
        if (unit.ports.empty()) units_.erase(key);
    }
    return touched;
}

void Policies::compile(const Key& key, Unit& unit, const DesiredSet& desired) {
    Unit fresh{unit.ports, {}, {}, {}, {}, {}};
    if (unit.table) ids_.erase(unit.table->id());
    if (unit.ports.empty()) {
        // Nobody needs it any more.
    } else if (auto rules = gather(key, fresh, desired)) {
        rules->subject = key.attachment ? key.attachment.value : key.acl ? key.acl.value : key.tag;
        const auto begin = std::chrono::steady_clock::now();
        auto table = policy::Table::compile(*rules, tags_for(*rules, desired), ids_);
        ++compiling_.count;
        compiling_.time += std::chrono::steady_clock::now() - begin;
        if (table)
            fresh.table = std::move(*table);
        else
            fresh.failed = table.error().text;
    }
    (void)wanted_.replace(refs_of(to_map_entries(unit.table)), to_map_entries(fresh.table));
    if (fresh.table && unit.table && fresh.table->id() == unit.table->id()) fresh.refused = unit.refused;
    if (fresh.table) ids_.insert(fresh.table->id());
    unit = std::move(fresh);
}

// Nothing, and why in `unit`, while something is missing.
std::optional<policy::Policy> Policies::gather(const Key& key, Unit& unit, const DesiredSet& desired) const {
    if (key.acl) {
        const auto* acl = desired.find<schema::Acl>(to_string(key.acl));
        if (acl != nullptr) return policy_of(*acl);
        unit.waiting = fmt::format("the rules of {} are not known here yet", to_string(key.acl));
        return std::nullopt;
    }
    if (key.attachment) {
        const auto* port = desired.find<schema::Port>(to_string(key.attachment));
        return port != nullptr ? std::optional(policy_of(*port)) : std::nullopt;
    }
    const auto* tag = find_tag(desired, key.tag);
    if (tag == nullptr) {
        unit.waiting = fmt::format("the security groups of tag {} are not known here yet", key.tag);
        return std::nullopt;
    }
    unit.groups = groups_of(*tag);
    std::vector<const schema::Group*> groups;
    for (const auto& id : unit.groups) {
        groups.push_back(desired.find<schema::Group>(to_string(id)));
        if (groups.back() != nullptr) continue;
        unit.waiting = fmt::format("the rules of {} are not known here yet", to_string(id));
        return std::nullopt;
    }
    return policy_of(groups);
}

policy::Tags Policies::tags_for(const policy::Policy& policy, const DesiredSet& desired) const {
    policy::Tags out;
    std::set<Id> groups;
    for (const auto& rule : policy.rules) groups.insert(rule.group);
    for (const auto& group : groups)
        if (const auto tags = tags_of_.find(group); tags != tags_of_.end())
            for (const auto number : tags->second)
                if (const auto* tag = find_tag(desired, number)) out[number] = groups_of(*tag);
    return out;
}

// False when the whole policy must be compiled anew.
bool Policies::replace_tags(Unit& unit, const DesiredSet& desired) {
    if (!unit.table) return unit.failed.empty() || changed_tags_.empty();
    for (const auto tag : changed_tags_) {
        const auto removed = unit.table->remove_tag(tag);
        const auto* object = find_tag(desired, tag);
        const auto added =
            object != nullptr ? unit.table->add_tag(tag, groups_of(*object)) : Result<policy::Entries>{};
        (void)wanted_.replace(refs_of(to_map_entries(removed)),
                              added ? to_map_entries(*added) : std::vector<MapEntry>{});
        if (!added) return false;
    }
    return true;
}

Policies::PortKeys Policies::refused(const Writer::Failures& failures) {
    std::map<std::uint32_t, std::string> reasons;
    for (const auto map : policy_maps)
        for (auto failed = failures.lower_bound({map, {}});
             failed != failures.end() && failed->first.first == map; ++failed)
            reasons[policy_id_of(map, failed->first.second)] = failed->second;
    PortKeys touched;
    for (auto& [key, unit] : units_) {
        const auto reason = unit.table ? reasons.find(unit.table->id()) : reasons.end();
        auto refused = reason == reasons.end() ? std::string{} : reason->second;
        if (refused.empty() != unit.refused.empty()) touched.insert(unit.ports.begin(), unit.ports.end());
        unit.refused = std::move(refused);
    }
    return touched;
}

Policies::Answer Policies::answer(const schema::Port& port) const {
    Answer out;
    if (port.tag == 0) out.failed = "no security groups: its coordinator is too old to tell";
    out.ids.further_acls.resize(port.subnets.size());
    for (const auto& key : keys_of(port)) {
        const auto& unit = units_.at(key);
        if (!unit.waiting.empty()) out.waiting = unit.waiting;
        if (!unit.failed.empty()) out.failed = unit.failed;
        if (!unit.refused.empty()) out.failed = unit.refused;
        if (!unit.table) continue;
        if (key.acl) {
            set_acl(out.ids, port, key.acl, unit.table->id());
            continue;
        }
        auto& id = key.attachment ? out.ids.narrow : out.ids.groups;
        id = unit.table->id();
    }
    return out;
}

}  // namespace weft::agent
