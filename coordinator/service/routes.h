// SPDX-License-Identifier: Apache-2.0
// Rules of routes that both route tables and subnets have to keep.
#pragma once

#include "coordinator/service/plan.h"

namespace weft::coordinator {

inline constexpr std::string_view main_table_name = "main";

// The table of subnets that name none, with the partition's GNI as its number.
[[nodiscard]] schema::RouteTable main_table(const schema::Partition& partition);

// A route may not take a subnet, or a part of it, away from where it is.
[[nodiscard]] Result<void> check_beside_subnets(std::span<const Ptr<schema::Subnet>> subnets,
                                                const schema::RouteEntry& route);
// The same for a new subnet and the routes that are there.
[[nodiscard]] Result<void> check_beside_routes(const Cloud& cloud, const schema::Subnet& subnet);

// Conflict, naming the table, when a route refers to the record.
[[nodiscard]] Result<void> check_no_route(const Cloud& cloud, const schema::Record& record);

}  // namespace weft::coordinator
