// SPDX-License-Identifier: Apache-2.0
#include "coordinator/negotiation/framework.h"

#include <array>

#include "weft/abi/framework.h"

namespace weft::coordinator::negotiation {

std::span<const Framework> known_frameworks() {
#define WEFT_KNOWN(number, name, version, overhead4, overhead6) \
    Framework{#name, version, overhead4, overhead6},
    static constexpr auto known = std::to_array<Framework>({WEFT_FRAMEWORKS(WEFT_KNOWN)});
#undef WEFT_KNOWN
    return known;
}

}  // namespace weft::coordinator::negotiation
