// SPDX-License-Identifier: Apache-2.0
// Policies twice, for comparison: rules matched one after another, and entries read as weft/abi/policy.h
// says, by a search for the longest prefix among all of them.
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "agent/policy/table.h"

namespace weft::test {

struct Packet {
    weft_direction direction{WEFT_RX};
    Address remote;
    std::set<Id> remote_groups;  // what its tag stands for
    std::uint32_t tag{0};
    std::uint8_t protocol{0};
    std::uint16_t port{0};
};

// The first rule that matches by address, and the first by group.
struct Decision {
    std::optional<weft_rule> by_address;
    std::optional<weft_rule> by_tag;
};

inline bool same(const std::optional<weft_rule>& a, const std::optional<weft_rule>& b) {
    if (!a || !b) return a.has_value() == b.has_value();
    return a->origin == b->origin && a->rule == b->rule && a->verdict == b->verdict;
}

inline Decision match(const std::vector<agent::policy::Rule>& rules, const Packet& packet) {
    Decision out;
    std::optional<std::pair<std::uint64_t, std::uint32_t>> address_at;
    std::optional<std::pair<std::uint64_t, std::uint32_t>> tag_at;
    for (const auto& rule : rules) {
        if (rule.direction != packet.direction) continue;
        if (rule.protocol != 0 && rule.protocol != packet.protocol) continue;
        if (packet.port < rule.port_low || packet.port > rule.port_high) continue;
        auto& at = rule.group ? tag_at : address_at;
        auto& decided = rule.group ? out.by_tag : out.by_address;
        if (rule.group && !packet.remote_groups.contains(rule.group)) continue;
        if (rule.remote && !rule.remote.contains(packet.remote)) continue;
        const std::pair here{rule.origin.value, rule.position};
        if (at && *at < here) continue;
        at = here;
        decided = weft_rule{rule.origin.value, rule.position, rule.allow ? 1U : 2U};
    }
    return out;
}

// Key bytes behind `prefixlen`, most significant bit of each byte first, as the kernel's LPM maps do.
template <class Key>
bool matches(const Key& entry, const Key& key) {
    const auto* a = reinterpret_cast<const std::uint8_t*>(&entry) + sizeof(entry.prefixlen);
    const auto* b = reinterpret_cast<const std::uint8_t*>(&key) + sizeof(key.prefixlen);
    for (std::uint32_t bit = 0; bit < entry.prefixlen; ++bit)
        if (((a[bit / 8] ^ b[bit / 8]) >> (7 - bit % 8) & 1) != 0) return false;
    return true;
}

template <class Entry, class Key>
const Entry* longest(const std::vector<Entry>& entries, const Key& key) {
    const Entry* best = nullptr;
    for (const auto& entry : entries)
        if (matches(entry.key, key) && (best == nullptr || entry.key.prefixlen > best->key.prefixlen))
            best = &entry;
    return best;
}

inline std::optional<weft_rule> read_class(const agent::policy::Entries& entries, std::uint32_t policy,
                                           std::uint32_t class_id, const Packet& packet) {
    weft_rule_port key{};
    key.policy = policy;
    key.class_id = class_id;
    key.direction = static_cast<std::uint16_t>(packet.direction);
    key.protocol = packet.protocol;
    key.port_high = static_cast<std::uint8_t>(packet.port / 256);
    key.port_low = static_cast<std::uint8_t>(packet.port % 256);
    const auto* found = longest(entries.ports, key);
    return found == nullptr ? std::nullopt : std::optional(found->value);
}

// Four lookups, whatever the rules are.
inline Decision read(const agent::policy::Entries& entries, std::uint32_t policy, const Packet& packet) {
    Decision out;
    weft_rule_address key{};
    key.policy = policy;
    key.direction = packet.direction;
    if (packet.remote.is_v4()) {
        std::uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
        std::memcpy(mapped + 12, packet.remote.bytes().data(), 4);
        std::memcpy(&key.address, mapped, sizeof(mapped));
    } else {
        std::memcpy(&key.address, packet.remote.bytes().data(), 16);
    }
    if (const auto* found = longest(entries.addresses, key))
        out.by_address = read_class(entries, policy, found->class_id, packet);
    for (const auto& entry : entries.tags)
        if (entry.key.policy == policy && entry.key.direction == packet.direction &&
            entry.key.tag == packet.tag)
            out.by_tag = read_class(entries, policy, entry.class_id, packet);
    return out;
}

// Entries by key, as the maps hold them.
using Installed = std::map<std::string, std::string>;

template <class Key, class Value>
std::pair<std::string, std::string> installed_entry(char map, const Key& key, const Value& value) {
    return {map + std::string(reinterpret_cast<const char*>(&key), sizeof(key)),
            std::string(reinterpret_cast<const char*>(&value), sizeof(value))};
}

// The same key twice is a duplicate that no map could hold.
inline std::vector<std::pair<std::string, std::string>> flat(const agent::policy::Entries& entries) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& e : entries.addresses) out.push_back(installed_entry('a', e.key, e.class_id));
    for (const auto& e : entries.tags) out.push_back(installed_entry('t', e.key, e.class_id));
    for (const auto& e : entries.ports) out.push_back(installed_entry('p', e.key, e.value));
    return out;
}

}  // namespace weft::test
