// SPDX-License-Identifier: Apache-2.0
// A route table: where the packets of a subnet's records go, longest prefix first (row 5.4). Every table also
// has the partition's subnets, which no route takes away. Several routes of one prefix to records are next
// hops of equal cost, chosen by flow.
#pragma once

#include "weft/base/id.h"
#include "weft/net/prefix.h"
#include "weft/schema/field.h"

namespace weft::schema {

inline constexpr std::size_t most_routes = 200;
inline constexpr std::size_t most_next_hops = 16;  // of one prefix

inline constexpr std::uint32_t most_weight = 16;

// record: the record forwards them; blackhole: dropped; local: the destination itself is the next hop;
// partition: it is one of a partition that peers with this one.
enum class RouteTo : std::uint8_t { record = 0, blackhole = 1, local = 2, partition = 3 };
template <>
inline constexpr auto enum_names<RouteTo> = std::array{
    std::pair{RouteTo::record, std::string_view{"record"}},
    std::pair{RouteTo::blackhole, std::string_view{"blackhole"}},
    std::pair{RouteTo::local, std::string_view{"local"}},
    std::pair{RouteTo::partition, std::string_view{"partition"}},
};

struct RouteEntry {
    Prefix prefix;
    RouteTo target{RouteTo::record};
    Id record;
    Id partition;
    std::uint32_t weight{1};

    friend bool operator==(const RouteEntry&, const RouteEntry&) = default;
};

struct RouteTable {
    Id id;
    std::string name;
    std::string description;
    Id partition;
    std::uint32_t number{0};
    std::vector<RouteEntry> routes;
    Tags tags;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};

    friend bool operator==(const RouteTable&, const RouteTable&) = default;
};

template <>
struct Schema<RouteEntry> {
    static constexpr std::string_view name = "route";
    static constexpr auto fields = Fields{
        Field{1, "prefix", &RouteEntry::prefix, "destinations", required},
        Field{2, "target", &RouteEntry::target, "record, blackhole, local or partition", required},
        Field{3, "record", &RouteEntry::record, "the record that forwards them"},
        Field{4, "partition", &RouteEntry::partition, "the partition that they are in"},
        Field{5, "weight", &RouteEntry::weight, "of the flows among records of one prefix; 1 when left out",
              settable, 1, most_weight},
    };
};
WEFT_SCHEMA_COMPLETE(RouteEntry);

template <>
struct Schema<RouteTable> {
    static constexpr Kind kind = Kind::route_table;
    static constexpr std::string_view name = "route-table";
    static constexpr auto fields = Fields{
        Field{1, "id", &RouteTable::id, "id of the route table", server},
        Field{2, "name", &RouteTable::name, "name, unique in the partition", required, 1, 255},
        Field{3, "description", &RouteTable::description, "free text", settable, 0, 1024},
        Field{4, "partition", &RouteTable::partition, "partition it belongs to", required | create_only},
        Field{5, "number", &RouteTable::number, "by which hosts know it", server},
        Field{6, "routes", &RouteTable::routes, "beside those to the partition's subnets", settable, 0,
              most_routes},
        Field{7, "tags", &RouteTable::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{8, "generation", &RouteTable::generation, "counts the changes of this object", server},
        Field{9, "create-time", &RouteTable::create_time, "microseconds since 1970 UTC", server | timestamp},
    };
};
WEFT_SCHEMA_COMPLETE(RouteTable);

}  // namespace weft::schema
