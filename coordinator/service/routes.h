// SPDX-License-Identifier: Apache-2.0
// Rules of routes that both route tables and subnets have to keep.
#pragma once

#include <span>

#include "coordinator/service/plan.h"

namespace weft::coordinator {

inline constexpr std::string_view main_table_name = "main";

// The table of subnets that name none, with the partition's GNI as its number.
[[nodiscard]] schema::RouteTable main_table(const schema::Partition& partition);

// Whose routes: a table's of the partition, or a record's own. What was in force `before` is not asked for
// consent again.
struct RouteOwner {
    const schema::Partition& partition;
    Id record;  // unset: a table
    std::span<const schema::RouteEntry> before;
};

// Refuses what makes no sense, naming the route as in "routes[3].record". The plan relies on what they name
// and says which records will not forward. A table's may not take a subnet, or a part of it, away from where
// it is; a record's own may, but for its own subnet, inside which nothing is routed, and routers' addresses.
[[nodiscard]] Result<void> check_routes(const Context& context, const RouteOwner& owner,
                                        std::span<const schema::RouteEntry> routes, Plan& plan);

// A new subnet and the routes that are there.
[[nodiscard]] Result<void> check_beside_routes(const Cloud& cloud, const schema::Subnet& subnet);

// Addresses in two partitions that routes connect may not overlap, nor those of two that lead into a third.
[[nodiscard]] Result<void> check_apart(const Cloud& cloud, const schema::Partition& partition, Id from,
                                       Id to);
// The same for new CIDRs of the partition and all routes that there are.
[[nodiscard]] Result<void> check_apart(const Cloud& cloud, const schema::Partition& partition);

// Conflict, naming the table or record, when a route refers to the record.
[[nodiscard]] Result<void> check_no_route(const Cloud& cloud, const schema::Record& record);

}  // namespace weft::coordinator
