// SPDX-License-Identifier: Apache-2.0
// The subnets of a record, and its addresses in them (rows 1.1, 1.2, 1.4).
#pragma once

#include "coordinator/model/addresses.h"
#include "coordinator/service/plan.h"

namespace weft::coordinator {

using Subnets = std::vector<Ptr<schema::Subnet>>;

// The further subnets of the record, whose first one is known to be right: of the same partition and zone,
// each once. Those that it did not have before the requester must see.
[[nodiscard]] Result<Subnets> further_subnets(const Context& context, const schema::Record& before,
                                              const schema::Record& record, Draft& draft);

// Checks its pools, and chooses addresses in those of its subnets, the first one first, that none is given
// of; what the record had in such a subnet it keeps, unless none at all is given.
[[nodiscard]] Result<void> take_addresses(const Context& context, const Subnets& subnets,
                                          const schema::Record& before, schema::Record& record, Draft& draft);

// Whether each address is of one of the subnets, and nobody else's.
[[nodiscard]] Result<void> check_addresses(const Context& context, const Subnets& subnets,
                                           const schema::Record& before, const schema::Record& record);

// The one that the address or prefix is inside; null: none.
template <class T>
[[nodiscard]] Ptr<schema::Subnet> holding(const Subnets& subnets, const T& inside) {
    for (const auto& subnet : subnets)
        if (range_of(*subnet, inside).cidr) return subnet;
    return nullptr;
}

}  // namespace weft::coordinator
