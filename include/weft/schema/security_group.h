// SPDX-License-Identifier: Apache-2.0
// A security group: stateful allow rules for the records that are in it (row 4.1). What no rule of any of a
// record's groups allows is dropped.
#pragma once

#include "weft/schema/traffic.h"

namespace weft::schema {

inline constexpr std::size_t most_group_rules = 800;

// One rule. Remote addresses or a remote group; neither: any address.
struct SecurityRule {
    Direction direction{Direction::ingress};
    Protocol protocol{Protocol::any};
    PortRange ports;  // of the destination; unset: all
    Icmp icmp;
    Prefix remote;
    Id group;
    std::string description;

    friend bool operator==(const SecurityRule&, const SecurityRule&) = default;
};

// What becomes of an established flow that changed rules no longer allow.
enum class OnChange : std::uint8_t { cut = 0, keep = 1 };
template <>
inline constexpr auto enum_names<OnChange> = std::array{
    std::pair{OnChange::cut, std::string_view{"cut"}},
    std::pair{OnChange::keep, std::string_view{"keep"}},
};

struct SecurityGroup {
    Id id;
    std::string name;
    std::string description;
    Id partition;
    std::vector<SecurityRule> rules;
    OnChange on_change{OnChange::cut};
    Tags tags;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};

    friend bool operator==(const SecurityGroup&, const SecurityGroup&) = default;
};

template <>
struct Schema<SecurityRule> {
    static constexpr std::string_view name = "rule";
    static constexpr auto fields = Fields{
        Field{1, "direction", &SecurityRule::direction, "ingress (towards the record) or egress", required},
        Field{2, "protocol", &SecurityRule::protocol, "IP protocol; any when left out"},
        Field{3, "ports", &SecurityRule::ports,
              "destination port or range of tcp, udp or sctp; all when left out"},
        Field{4, "icmp", &SecurityRule::icmp, "type or type/code of icmp or icmp6; all when left out"},
        Field{5, "remote", &SecurityRule::remote, "CIDR of the other end"},
        Field{6, "group", &SecurityRule::group, "security group of the other end"},
        Field{7, "description", &SecurityRule::description, "free text", settable, 0, 255},
    };
};
WEFT_SCHEMA_COMPLETE(SecurityRule);

template <>
struct Schema<SecurityGroup> {
    static constexpr Kind kind = Kind::security_group;
    static constexpr std::string_view name = "group";
    static constexpr auto fields = Fields{
        Field{1, "id", &SecurityGroup::id, "id of the group", server},
        Field{2, "name", &SecurityGroup::name, "name, unique in the partition", required, 1, 255},
        Field{3, "description", &SecurityGroup::description, "free text", settable, 0, 1024},
        Field{4, "partition", &SecurityGroup::partition, "partition it belongs to", required | create_only},
        Field{5, "rules", &SecurityGroup::rules, "what it allows", settable, 0, most_group_rules},
        Field{6, "on-change", &SecurityGroup::on_change,
              "established flows that changed rules no longer allow: cut or keep them"},
        Field{7, "tags", &SecurityGroup::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{8, "generation", &SecurityGroup::generation, "counts the changes of this object", server},
        Field{9, "create-time", &SecurityGroup::create_time, "microseconds since 1970 UTC",
              server | timestamp},
    };
};
WEFT_SCHEMA_COMPLETE(SecurityGroup);

}  // namespace weft::schema
