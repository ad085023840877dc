// SPDX-License-Identifier: Apache-2.0
// What commits under way take: the claims of the store tell equal addresses apart, but not an address from a
// prefix that holds it (row 1.1).
#pragma once

#include <list>
#include <span>

#include "coordinator/model/cloud.h"

namespace weft::coordinator {

class Reservations {
public:
    // Of partitions; public ones of none.
    struct Taken {
        std::vector<std::pair<Id, Address>> addresses;
        std::vector<std::pair<Id, Prefix>> prefixes;
    };
    using Ticket = std::list<Taken>::iterator;

    // What the changes take that their records did not have before. Public pools that lose ranges take those
    // as well: nobody gets an address of one meanwhile.
    [[nodiscard]] static Taken taken(std::span<const Change> changes);
    // Whether nothing of it is inside, or around, what another commit under way takes.
    [[nodiscard]] bool fits(const Taken& taken) const;
    [[nodiscard]] Ticket begin(Taken taken);
    void end(Ticket ticket);

private:
    std::list<Taken> under_way_;
    std::size_t prefixes_{0};  // in all of them
};

}  // namespace weft::coordinator
