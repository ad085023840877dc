// SPDX-License-Identifier: Apache-2.0
// Which of several next hops each slot of a route has (row 5.4): weighted rendezvous hashing, slot by slot. A
// hop that comes or goes takes or leaves its own slots and moves no other, and every host decides alike.
// Done here and not for each packet: there it would be a hash for each hop, here it is one lookup.
#pragma once

#include <span>

#include "weft/abi/route.h"
#include "weft/schema/desired.h"

namespace weft::agent {

// Of the first WEFT_ROUTE_HOPS of them; at least one.
[[nodiscard]] weft_route_hops share_slots(std::span<const schema::NextHop> hops);

}  // namespace weft::agent
