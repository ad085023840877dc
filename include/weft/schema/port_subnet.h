// SPDX-License-Identifier: Apache-2.0
// Which subnet of a port an address or a delegated prefix is of: their ranges do not overlap.
#pragma once

#include "weft/schema/desired.h"

namespace weft::schema {

// The subnets of a port are numbered: 0 is the first one, `Port::subnets` follow.
[[nodiscard]] PortSubnet subnet_at(const Port& port, std::size_t number);
// The one that holds the range; 0 if none does.
[[nodiscard]] std::size_t subnet_holding(const Port& port, const Prefix& range);
// One or two, at most one of a family.
[[nodiscard]] std::vector<Prefix> ranges_of(const PortSubnet& subnet);
// The prefix length of the address's subnet.
[[nodiscard]] std::uint32_t subnet_length(const Port& port, const Address& address);

}  // namespace weft::schema
