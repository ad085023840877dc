// SPDX-License-Identifier: Apache-2.0
// A partition: a customer's isolated virtual network (row 1.14).
#pragma once

#include "weft/base/id.h"
#include "weft/net/prefix.h"
#include "weft/schema/field.h"

namespace weft::schema {

inline constexpr std::uint32_t max_gni = 0xffffff;

struct Partition {
    Id id;
    std::string name;
    std::string description;
    std::uint32_t gni{0};
    std::vector<Prefix> cidrs;
    Address dns;
    std::string owner;
    std::vector<Id> dedicated_hosts;
    Tags tags;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};
    std::vector<Id> peers;
    bool unreachable{false};
    bool require_record{false};

    friend bool operator==(const Partition&, const Partition&) = default;
};

template <>
struct Schema<Partition> {
    static constexpr Kind kind = Kind::partition;
    static constexpr std::string_view name = "partition";
    static constexpr auto fields = Fields{
        Field{1, "id", &Partition::id, "id of the partition", server},
        Field{2, "name", &Partition::name, "name, unique among the owner's partitions", required, 1, 255},
        Field{3, "description", &Partition::description, "free text", settable, 0, 1024},
        Field{4, "gni", &Partition::gni, "guest network identifier, 24 bits; chosen when left out",
              create_only, 0, max_gni},
        Field{5, "cidrs", &Partition::cidrs, "address ranges; subnets lie inside them", required, 1, 64},
        Field{6, "dns", &Partition::dns, "default DNS server", settable},
        Field{7, "owner", &Partition::owner, "principal that owns it; the requester when left out",
              create_only, 0, 255},
        Field{8, "dedicated-hosts", &Partition::dedicated_hosts, "hosts it is limited to; empty: any",
              settable, 0, 1024},
        Field{9, "tags", &Partition::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{10, "generation", &Partition::generation, "counts the changes of this object", server},
        Field{11, "create-time", &Partition::create_time, "microseconds since 1970 UTC", server | timestamp},
        Field{12, "peers", &Partition::peers, "partitions whose route tables may name this one", settable, 0,
              64},
        Field{13, "unreachable", &Partition::unreachable,
              "packets without a route or a mapping are answered with an ICMP error", settable},
        Field{14, "require-record", &Partition::require_record,
              "an active instance with records of this partition keeps at least one record", settable},
    };
};
WEFT_SCHEMA_COMPLETE(Partition);

}  // namespace weft::schema
