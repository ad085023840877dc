// SPDX-License-Identifier: Apache-2.0
// A route of an overlay network, as a host looks it up (row 5.4).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "weft/net/address.h"
#include "weft/net/prefix.h"
#include "weft/schema/desired/kind.h"
#include "weft/schema/field.h"
#include "weft/schema/route_table.h"

namespace weft::schema {

enum class RouteTarget : std::uint8_t { local = 1, router = 2, blackhole = 3, record = 4, partition = 5 };
template <>
inline constexpr auto enum_names<RouteTarget> = std::array{
    std::pair{RouteTarget::local, std::string_view{"local"}},
    std::pair{RouteTarget::router, std::string_view{"router"}},
    std::pair{RouteTarget::blackhole, std::string_view{"blackhole"}},
    std::pair{RouteTarget::record, std::string_view{"record"}},
    std::pair{RouteTarget::partition, std::string_view{"partition"}},
};

// A record that forwards, by its address.
struct NextHop {
    Address address;
    std::uint32_t weight{1};

    friend bool operator==(const NextHop&, const NextHop&) = default;
};

template <>
struct Schema<NextHop> {
    static constexpr std::string_view name = "next-hop";
    static constexpr auto fields = Fields{
        Field{1, "address", &NextHop::address, "address of the record", required},
        Field{2, "weight", &NextHop::weight, "share of the flows", settable, 1, most_weight},
    };
};
WEFT_SCHEMA_COMPLETE(NextHop);

// Longest prefix first. `local`: a subnet, look the destination up in the mappings; `router`: the address of
// a phantom router, answered on the spot; `record`: sent to one of the next hops, chosen by flow;
// `partition`: the destination is looked up in the mappings of `gni`.
struct Route {
    std::uint32_t table{0};  // the partition's default table has the number of its GNI
    Prefix prefix;
    RouteTarget target{RouteTarget::local};
    std::vector<NextHop> next_hops;
    std::uint32_t gni{0};  // of a peering partition

    [[nodiscard]] std::string key() const { return std::to_string(table) + ' ' + to_string(prefix); }

    friend bool operator==(const Route&, const Route&) = default;
};

template <>
struct Schema<Route> {
    static constexpr DesiredKind kind = DesiredKind::route;
    static constexpr std::string_view name = "route";
    static constexpr auto fields = Fields{
        Field{1, "table", &Route::table, "route table", settable},
        Field{2, "prefix", &Route::prefix, "destination", required},
        Field{3, "target", &Route::target, "what to do", settable},
        Field{4, "next-hops", &Route::next_hops, "records that forward", settable, 0, most_next_hops},
        Field{5, "gni", &Route::gni, "guest network identifier of the partition", settable, 0, 0xffffff},
    };
};
WEFT_SCHEMA_COMPLETE(Route);

}  // namespace weft::schema
