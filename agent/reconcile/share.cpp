// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/share.h"

#include <algorithm>
#include <cmath>

#include "agent/reconcile/bytes.h"

namespace weft::agent {
namespace {

// The finalizer of SplitMix64.
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

// In (0, 1), from 53 bits.
double chance(std::uint32_t slot, const weft_address& hop) {
    std::uint64_t x = mixed(slot);
    for (const auto word : hop.word) x = mixed(x ^ word);
    return (static_cast<double>(x >> 11) + 0.5) / static_cast<double>(1ULL << 53);
}

// The larger wins the slot; with a probability in proportion to the weight.
double score(std::uint32_t slot, const weft_address& hop, std::uint32_t weight) {
    return -static_cast<double>(std::max(weight, 1U)) / std::log(chance(slot, hop));
}

}  // namespace

weft_route_hops share_slots(std::span<const schema::NextHop> hops) {
    weft_route_hops out{};
    const auto count = std::min<std::size_t>(hops.size(), WEFT_ROUTE_HOPS);
    for (std::size_t i = 0; i < count; ++i) out.hop[i] = to_abi(hops[i].address);
    for (std::uint32_t slot = 0; slot < WEFT_ROUTE_SLOTS; ++slot) {
        double best = -1;
        for (std::size_t i = 0; i < count; ++i) {
            const double here = score(slot, out.hop[i], hops[i].weight);
            if (here <= best) continue;
            best = here;
            out.slot[slot] = static_cast<__u8>(i);
        }
    }
    return out;
}

}  // namespace weft::agent
