// SPDX-License-Identifier: Apache-2.0
// The policies of the ports here: one for each set of security groups (by its tag), for each ACL that a port
// has, and for each port with rules of its own.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "agent/policy/table.h"
#include "agent/reconcile/wanted.h"
#include "agent/reconcile/writes.h"

namespace weft::agent {

class Policies {
public:
    struct Answer {
        PolicyIds ids;
        // Why the port must not be opened; empty: it may.
        std::string waiting;
        std::string failed;
    };
    using PortKeys = std::set<std::string>;
    // How often rules were compiled to a table, and how long that took.
    struct Compiling {
        std::uint64_t count{0};
        std::chrono::nanoseconds time{0};
    };

    // `wanted` must outlive it.
    explicit Policies(Wanted& wanted) : wanted_(wanted) {}

    // A port came or went; an object came, went or changed. The objects are looked up in `refresh`.
    void added(const schema::Port& port);
    void removed(const schema::Port& port);
    void changed(const schema::Group& group);
    void changed(const schema::Acl& acl);
    void changed(const schema::Tag& tag);

    // Says what the maps must hold, and which ports' answers changed.
    [[nodiscard]] PortKeys refresh(const DesiredSet& desired);
    // A policy that is not wholly in the maps is not to be used: the ports for which this changed.
    [[nodiscard]] PortKeys refused(const Writer::Failures& failures);
    [[nodiscard]] Answer answer(const schema::Port& port) const;
    // Whether this is the id of one of them.
    [[nodiscard]] bool uses(std::uint32_t id) const { return ids_.contains(id); }
    [[nodiscard]] const Compiling& compiling() const { return compiling_; }

private:
    // Of groups: their tag; of an ACL, and of a port: its id.
    struct Key {
        std::uint32_t tag{0};
        Id acl;
        Id attachment;
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    struct Unit {
        PortKeys ports;
        std::set<Id> groups;
        std::optional<policy::Table> table;
        std::string waiting;
        std::string failed;
        std::string refused;  // what could not be written
    };

    [[nodiscard]] static std::vector<Key> keys_of(const schema::Port& port);
    void compile(const Key& key, Unit& unit, const DesiredSet& desired);
    [[nodiscard]] std::optional<policy::Policy> gather(const Key& key, Unit& unit,
                                                       const DesiredSet& desired) const;
    [[nodiscard]] policy::Tags tags_for(const policy::Policy& policy, const DesiredSet& desired) const;
    [[nodiscard]] bool replace_tags(Unit& unit, const DesiredSet& desired);

    Wanted& wanted_;
    Compiling compiling_;
    std::map<Key, Unit> units_;
    std::set<std::uint32_t> ids_;  // of their tables
    std::set<Key> dirty_;
    std::set<std::uint32_t> changed_tags_;
    std::map<Id, std::set<std::uint32_t>> tags_of_;  // of a group, with some that no longer have it
};

}  // namespace weft::agent
