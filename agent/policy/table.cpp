// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "agent/policy/ids.h"
#include "agent/policy/locate.h"

namespace weft::agent::policy {
namespace {

constexpr weft_direction directions[] = {WEFT_TX, WEFT_RX};

}  // namespace

Table::Table(Policy policy, std::uint32_t salt)
    : policy_(std::move(policy)), salt_(salt), id_(policy_id(policy_, salt)) {
    for (Index i = 0; i < policy_.rules.size(); ++i)
        if (policy_.rules[i].group) groups_[policy_.rules[i].group].push_back(i);
}

Result<Table> Table::compile(Policy policy, const Tags& tags, const std::set<std::uint32_t>& taken) {
    WEFT_TRY(const auto ordered, in_order(std::move(policy)));
    const auto attempt = [&](std::uint32_t salt) -> Result<Table> {
        Table table{ordered, salt};
        if (taken.contains(table.id_)) return conflict("id", "another policy has this id");
        WEFT_CHECK(table.add_addresses());
        for (const auto& [tag, groups] : tags) WEFT_CHECK(table.add_tag(tag, groups));
        return table;
    };
    for (std::uint32_t salt = 0;; ++salt) {
        auto table = attempt(salt);
        if (table || table.error().code != ErrorCode::conflict) return table;
    }
}

weft_policy Table::value() const { return {policy_.keep ? std::uint32_t{WEFT_POLICY_KEEP} : 0}; }

Result<void> Table::add_addresses() {
    for (const auto direction : directions) {
        WEFT_CHECK(locate(policy_.rules, direction, [&](const Prefix& prefix, Class content) -> Result<void> {
            Entries added;
            WEFT_TRY(const auto id, use(direction, std::move(content), added));
            AddressEntry entry;
            entry.key.prefixlen = WEFT_RULE_ADDRESS_BITS + prefix.length();
            entry.key.policy = id_;
            entry.key.direction = direction;
            std::memcpy(&entry.key.address, prefix.address().mapped().data(), sizeof(entry.key.address));
            entry.class_id = id;
            addresses_.push_back(entry);
            return {};
        }));
    }
    return {};
}

Result<std::uint32_t> Table::use(weft_direction direction, Class content, Entries& added) {
    const ClassKey key{direction, class_id(content.rules, salt_)};
    const auto known = classes_.find(key);
    if (known != classes_.end() && known->second.content.rules != content.rules)
        return conflict("id", "two classes have this id");
    const auto size = size_ + 1 + (known == classes_.end() ? content.blocks.size() : 0);
    if (size > most_entries)
        return Error{
            ErrorCode::exhausted,
            fmt::format("the {} rules need more than {} map entries: write fewer, or with fewer of them "
                        "overlapping",
                        policy_.rules.size(), most_entries),
            "rules", 0};
    size_ = size;
    if (known != classes_.end()) {
        ++known->second.users;
        return key.id;
    }
    for (const auto& block : content.blocks) added.ports.push_back(entry(key, block));
    classes_.emplace(key, ClassUse{std::move(content), 1});
    return key.id;
}

void Table::release(const ClassKey& key, Entries& removed) {
    const auto found = classes_.find(key);
    --size_;
    if (--found->second.users > 0) return;
    const auto& blocks = found->second.content.blocks;
    for (const auto& block : blocks) removed.ports.push_back(entry(key, block));
    size_ -= blocks.size();
    classes_.erase(found);
}

Result<Entries> Table::add_tag(std::uint32_t tag, const Groups& groups) {
    Entries added;
    for (const auto direction : directions) {
        std::vector<Index> members;
        for (const auto& group : groups)
            if (const auto found = groups_.find(group); found != groups_.end())
                std::ranges::copy_if(found->second, std::back_inserter(members),
                                     [&](Index i) { return policy_.rules[i].direction == direction; });
        if (members.empty()) continue;
        std::ranges::sort(members);
        const auto id = use(direction, paint(policy_.rules, members), added);
        if (!id) {
            remove_tag(tag);
            return id.error();
        }
        added.tags.push_back({{id_, direction, tag}, *id});
        tags_[tag] = added.tags;
    }
    return added;
}

Entries Table::remove_tag(std::uint32_t tag) {
    Entries removed;
    const auto found = tags_.find(tag);
    if (found == tags_.end()) return removed;
    removed.tags = std::move(found->second);
    tags_.erase(found);
    for (const auto& entry : removed.tags)
        release({static_cast<weft_direction>(entry.key.direction), entry.class_id}, removed);
    return removed;
}

Entries Table::entries() const {
    Entries all;
    all.addresses = addresses_;
    for (const auto& [tag, entries] : tags_) std::ranges::copy(entries, std::back_inserter(all.tags));
    for (const auto& [key, use] : classes_)
        for (const auto& block : use.content.blocks) all.ports.push_back(entry(key, block));
    return all;
}

PortEntry Table::entry(const ClassKey& key, const Block& block) const {
    PortEntry out;
    out.key.prefixlen = WEFT_RULE_CLASS_BITS + block.bits;
    out.key.policy = id_;
    out.key.class_id = key.id;
    out.key.direction = static_cast<std::uint16_t>(key.direction);
    out.key.protocol = block.protocol;
    out.key.port_high = static_cast<std::uint8_t>(block.port >> 8);
    out.key.port_low = static_cast<std::uint8_t>(block.port);
    const auto& rule = policy_.rules[block.rule];
    out.value = {rule.origin.value, rule.position,
                 static_cast<std::uint32_t>(rule.allow ? WEFT_RULE_ALLOW : WEFT_RULE_DENY)};
    return out;
}

}  // namespace weft::agent::policy
