// SPDX-License-Identifier: Apache-2.0
// Routes as the rest of the cloud makes them: the tables that apply, and partitions that routes of others
// lead to when they consent (row 5.4). Pure.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "coordinator/model/cloud.h"

namespace weft::coordinator {

// By which hosts know a route table or a record's own routes: beyond those of main tables, which are GNIs.
[[nodiscard]] std::uint32_t table_number(Id id);
// Of the record's own routes; 0: it has none.
[[nodiscard]] std::uint32_t own_table(const schema::Record& record);
// Of the subnet.
[[nodiscard]] Ptr<schema::RouteTable> table_of(const Cloud& cloud, const schema::Subnet& subnet);

// Each route of the partition's tables and records, with the number of its table.
void each_route(const Cloud& cloud, Id partition,
                const std::function<void(std::uint32_t, const schema::RouteEntry&)>& fn);

// The partitions that they lead into.
[[nodiscard]] std::set<Id> targets_of(const std::vector<schema::RouteEntry>& routes);

// Whether `to` exists and names `from` among its peers.
[[nodiscard]] bool consents(const Cloud& cloud, Id to, Id from);
// Why the route of this partition leads nowhere for now, in words; empty: it is in force.
[[nodiscard]] std::string out_of_force(const Cloud& cloud, Id partition, const schema::RouteEntry& route);

// The partitions that routes in force of this one lead to; those whose routes in force lead here; both.
[[nodiscard]] std::vector<Id> peers_to(const Cloud& cloud, Id partition);
[[nodiscard]] std::vector<Id> peers_from(const Cloud& cloud, Id partition);
[[nodiscard]] std::vector<Id> peers_of(const Cloud& cloud, Id partition);
// Where in `to` the routes in force of `from` lead.
[[nodiscard]] std::vector<Prefix> routed_prefixes(const Cloud& cloud, Id from, Id to);

}  // namespace weft::coordinator
