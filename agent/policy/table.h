// SPDX-License-Identifier: Apache-2.0
// A compiled policy: its entries in the maps, whole or as one tag comes and goes.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "agent/policy/paint.h"
#include "weft/abi/policy.h"

namespace weft::agent::policy {

struct AddressEntry {
    weft_rule_address key{};
    std::uint32_t class_id{0};
};
struct TagEntry {
    weft_rule_tag key{};
    std::uint32_t class_id{0};
};
struct PortEntry {
    weft_rule_port key{};
    weft_rule value{};
};

struct Entries {
    std::vector<AddressEntry> addresses;
    std::vector<TagEntry> tags;
    std::vector<PortEntry> ports;
};

using Groups = std::set<Id>;                   // that a tag stands for
using Tags = std::map<std::uint32_t, Groups>;  // by tag

// As many entries may a policy have in all maps together.
inline constexpr std::size_t most_entries = 262144;

class Table {
public:
    // `taken`: ids of other policies in use; this one gets another. invalid: a rule makes no sense;
    // exhausted: more than `most_entries`.
    [[nodiscard]] static Result<Table> compile(Policy policy, const Tags& tags,
                                               const std::set<std::uint32_t>& taken);

    [[nodiscard]] std::uint32_t id() const { return id_; }
    [[nodiscard]] weft_policy value() const;
    // All of them.
    [[nodiscard]] Entries entries() const;
    [[nodiscard]] std::size_t size() const { return size_; }

    // What to add for a tag that is not in the table. conflict: two classes would share an id, so the policy
    // must be compiled anew. On an error nothing has changed.
    [[nodiscard]] Result<Entries> add_tag(std::uint32_t tag, const Groups& groups);
    // What to remove for a tag; nothing when it is not there.
    Entries remove_tag(std::uint32_t tag);

private:
    struct ClassKey {
        weft_direction direction{WEFT_RX};
        std::uint32_t id{0};
        friend auto operator<=>(const ClassKey&, const ClassKey&) = default;
    };
    struct ClassUse {
        Class content;
        std::size_t users{0};  // prefixes or tags
    };

    Table(Policy policy, std::uint32_t salt);
    [[nodiscard]] Result<void> add_addresses();
    // The class with one more user; its entries too if it is new.
    [[nodiscard]] Result<std::uint32_t> use(weft_direction direction, Class content, Entries& added);
    void release(const ClassKey& key, Entries& removed);
    [[nodiscard]] PortEntry entry(const ClassKey& key, const Block& block) const;

    Policy policy_;
    std::uint32_t salt_{0};
    std::uint32_t id_{0};
    std::size_t size_{1};                      // the policy itself
    std::map<Id, std::vector<Index>> groups_;  // rules by their remote group
    std::vector<AddressEntry> addresses_;
    std::map<std::uint32_t, std::vector<TagEntry>> tags_;
    std::map<ClassKey, ClassUse> classes_;
};

}  // namespace weft::agent::policy
