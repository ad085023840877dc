// SPDX-License-Identifier: Apache-2.0
#include "coordinator/negotiation/underlay.h"

namespace weft::coordinator::negotiation {

std::optional<UnderlayPath> choose_underlay(const std::vector<Address>& sender,
                                            const std::vector<Address>& receiver) {
    for (const auto& from : sender)
        for (const auto& to : receiver)
            if (from.bits() == to.bits()) return UnderlayPath{from, to};
    return std::nullopt;
}

}  // namespace weft::coordinator::negotiation
