// SPDX-License-Identifier: Apache-2.0
// A network ACL: ordered stateless rules for the packets of a subnet's records (row 4.2).
#pragma once

#include "weft/schema/traffic.h"

namespace weft::schema {

inline constexpr std::size_t most_acl_rules = 200;

enum class Action : std::uint8_t { allow = 0, deny = 1 };
template <>
inline constexpr auto enum_names<Action> = std::array{
    std::pair{Action::allow, std::string_view{"allow"}},
    std::pair{Action::deny, std::string_view{"deny"}},
};

// One rule. Of those that fit a packet, the one with the lowest number decides.
struct AclRule {
    std::uint32_t number{0};
    Direction direction{Direction::ingress};
    Action action{Action::allow};
    Protocol protocol{Protocol::any};
    PortRange ports;  // of the destination; unset: all
    Icmp icmp;
    Prefix remote;  // unset: any address

    friend bool operator==(const AclRule&, const AclRule&) = default;
};

template <>
struct Schema<AclRule> {
    static constexpr std::string_view name = "rule";
    static constexpr auto fields = Fields{
        Field{1, "number", &AclRule::number, "place in the order of its direction", required, 1, 65535},
        Field{2, "direction", &AclRule::direction, "ingress (towards the record) or egress", required},
        Field{3, "action", &AclRule::action, "allow or deny", required},
        Field{4, "protocol", &AclRule::protocol, "IP protocol; any when left out"},
        Field{5, "ports", &AclRule::ports,
              "destination port or range of tcp, udp or sctp; all when left out"},
        Field{6, "icmp", &AclRule::icmp, "type or type/code of icmp or icmp6; all when left out"},
        Field{7, "remote", &AclRule::remote, "CIDR of the other end; any when left out"},
    };
};
WEFT_SCHEMA_COMPLETE(AclRule);

struct NetworkAcl {
    Id id;
    std::string name;
    std::string description;
    Id partition;
    std::vector<AclRule> rules;
    Tags tags;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};

    friend bool operator==(const NetworkAcl&, const NetworkAcl&) = default;
};

template <>
struct Schema<NetworkAcl> {
    static constexpr Kind kind = Kind::network_acl;
    static constexpr std::string_view name = "acl";
    static constexpr auto fields = Fields{
        Field{1, "id", &NetworkAcl::id, "id of the ACL", server},
        Field{2, "name", &NetworkAcl::name, "name, unique in the partition", required, 1, 255},
        Field{3, "description", &NetworkAcl::description, "free text", settable, 0, 1024},
        Field{4, "partition", &NetworkAcl::partition, "partition it belongs to", required | create_only},
        Field{5, "rules", &NetworkAcl::rules, "in the order of their numbers; what no rule fits is denied",
              settable, 0, most_acl_rules},
        Field{6, "tags", &NetworkAcl::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{7, "generation", &NetworkAcl::generation, "counts the changes of this object", server},
        Field{8, "create-time", &NetworkAcl::create_time, "microseconds since 1970 UTC", server | timestamp},
    };
};
WEFT_SCHEMA_COMPLETE(NetworkAcl);

}  // namespace weft::schema
