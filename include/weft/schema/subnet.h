// SPDX-License-Identifier: Apache-2.0
// A subnet: a CIDR of a partition, or one of each family, in a zone; the first address is the phantom router
// (rows 1.14, 5.1, 5.6).
#pragma once

#include "weft/base/id.h"
#include "weft/net/mac.h"
#include "weft/net/prefix.h"
#include "weft/schema/field.h"

namespace weft::schema {

struct Subnet {
    Id id;
    std::string name;
    Id partition;
    Prefix cidr;
    Prefix cidr6;  // unset, or IPv6 beside an IPv4 `cidr`
    std::string zone;
    Address router;
    Address router6;
    Mac router_mac;
    Tags tags;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};
    Id acl;
    Id route_table;

    friend bool operator==(const Subnet&, const Subnet&) = default;
};

template <>
struct Schema<Subnet> {
    static constexpr Kind kind = Kind::subnet;
    static constexpr std::string_view name = "subnet";
    static constexpr auto fields = Fields{
        Field{1, "id", &Subnet::id, "id of the subnet", server},
        Field{2, "name", &Subnet::name, "name, unique in the partition", required, 1, 255},
        Field{3, "partition", &Subnet::partition, "partition it belongs to", required | create_only},
        Field{4, "cidr", &Subnet::cidr, "address range, inside the partition's, overlapping no other",
              required | create_only},
        Field{12, "cidr6", &Subnet::cidr6, "IPv6 range besides an IPv4 one; its records have both",
              create_only},
        Field{5, "zone", &Subnet::zone, "zone its records attach in; empty: any", create_only, 0, 255},
        Field{6, "router", &Subnet::router, "address of the phantom router: the first of the range", server},
        Field{13, "router6", &Subnet::router6, "address of the phantom router in it", server},
        Field{7, "router-mac", &Subnet::router_mac, "MAC address of the phantom router", server},
        Field{8, "tags", &Subnet::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{9, "generation", &Subnet::generation, "counts the changes of this object", server},
        Field{10, "create-time", &Subnet::create_time, "microseconds since 1970 UTC", server | timestamp},
        Field{11, "acl", &Subnet::acl, "network ACL of its records' packets; none when left out", settable},
        Field{14, "route-table", &Subnet::route_table,
              "route table of its records' packets; the partition's 'main' when left out", settable},
    };
};
WEFT_SCHEMA_COMPLETE(Subnet);

}  // namespace weft::schema
