// SPDX-License-Identifier: Apache-2.0
// Which underlay addresses one host uses towards another.
#pragma once

#include <optional>
#include <vector>

#include "weft/net/address.h"

namespace weft::coordinator::negotiation {

struct UnderlayPath {
    Address from;
    Address to;

    friend bool operator==(const UnderlayPath&, const UnderlayPath&) = default;
};

// The first address of the sender, in the order of declaration, whose family the receiver has too, and the
// receiver's first of that family. Nothing without a common family.
[[nodiscard]] std::optional<UnderlayPath> choose_underlay(const std::vector<Address>& sender,
                                                          const std::vector<Address>& receiver);

}  // namespace weft::coordinator::negotiation
