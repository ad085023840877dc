// SPDX-License-Identifier: Apache-2.0
// What a record has besides single private addresses: delegated prefixes and public addresses (row 1.1).
#pragma once

#include "coordinator/service/record_subnets.h"

namespace weft::coordinator {

// Chooses prefixes where only a length is given, in the first of the subnets with room, and checks that each
// is of one of them and that nobody else has an address in it. Who takes addresses at the same time is
// planned again (ledger.h).
[[nodiscard]] Result<void> take_prefixes(const Context& context, const Subnets& subnets,
                                         const schema::Record& before, schema::Record& record, Draft& draft);

// Chooses public addresses where none are given, and checks that each stands for an address of the record and
// is of a public pool. A pair goes before its private address does.
[[nodiscard]] Result<void> take_public_addresses(const Context& context, const schema::Record& before,
                                                 schema::Record& record);

}  // namespace weft::coordinator
