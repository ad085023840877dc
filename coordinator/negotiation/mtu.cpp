// SPDX-License-Identifier: Apache-2.0
#include "coordinator/negotiation/mtu.h"

#include <algorithm>

#include "coordinator/negotiation/framework.h"

namespace weft::coordinator::negotiation {

namespace {
constexpr std::uint32_t least_mtu = 68;
}

std::uint32_t largest_overhead(bool ipv6) {
    std::uint32_t largest = 0;
    for (const auto& framework : known_frameworks())
        largest = std::max({largest, framework.overhead4, ipv6 ? framework.overhead6 : 0});
    return largest;
}

std::uint32_t instance_mtu(std::uint32_t underlay_mtu, bool ipv6) {
    const auto mtu = underlay_mtu == 0 ? default_underlay_mtu : underlay_mtu;
    return std::max(least_mtu, mtu - std::min(mtu, largest_overhead(ipv6)));
}

}  // namespace weft::coordinator::negotiation
