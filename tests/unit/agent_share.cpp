// SPDX-License-Identifier: Apache-2.0
// Which next hop has which slot of a shared route: fair by weight, and a hop that goes moves only its own.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/share.h"

using namespace weft;
using namespace weft::agent;

namespace {

schema::NextHop hop(std::uint32_t number, std::uint32_t weight = 1) {
    return {Address::v4(0x0a010200U + number), weight};
}

std::vector<schema::NextHop> some_hops(std::mt19937& random) {
    std::vector<schema::NextHop> hops;
    const auto count = 2 + random() % (schema::most_next_hops - 1);
    for (std::uint32_t i = 0; i < count; ++i)
        hops.push_back(hop(10 * i + static_cast<std::uint32_t>(random() % 10),
                           1 + static_cast<std::uint32_t>(random() % schema::most_weight)));
    return hops;
}

// The hop's own bytes: indices change when the list does.
std::string at(const weft_route_hops& hops, unsigned slot) { return to_bytes(hops.hop[hops.slot[slot]]); }

}  // namespace

TEST_CASE("[5.4/share] hops of the same weight have about as many slots each") {
    for (std::uint32_t count : {2U, 3U, 8U, 16U}) {
        std::vector<schema::NextHop> hops;
        for (std::uint32_t i = 0; i < count; ++i) hops.push_back(hop(i));
        const auto shared = share_slots(hops);
        std::map<unsigned, unsigned> slots;
        for (const auto index : shared.slot) ++slots[index];
        CHECK(slots.size() == count);
        const double fair = static_cast<double>(WEFT_ROUTE_SLOTS) / count;
        for (const auto& [index, number] : slots) {
            CAPTURE(count);
            CHECK(number > fair * 0.6);
            CHECK(number < fair * 1.4);
        }
    }
}

TEST_CASE("[5.4/share] a hop of three times the weight has about three times the slots") {
    const auto shared = share_slots(std::vector{hop(1, 3), hop(2, 1)});
    const auto heavy = std::count(std::begin(shared.slot), std::end(shared.slot), 0);
    CHECK(heavy > WEFT_ROUTE_SLOTS * 0.70);
    CHECK(heavy < WEFT_ROUTE_SLOTS * 0.80);
}

TEST_CASE("[5.4/share] a hop that goes moves its own slots alone, and the order of hops is none") {
    std::mt19937 random{7};
    for (int round = 0; round < 40; ++round) {
        auto hops = some_hops(random);
        const auto before = share_slots(hops);
        const auto gone = hops[random() % hops.size()];
        std::erase(hops, gone);
        std::shuffle(hops.begin(), hops.end(), random);
        const auto after = share_slots(hops);
        for (unsigned slot = 0; slot < WEFT_ROUTE_SLOTS; ++slot) {
            if (at(before, slot) == to_bytes(to_abi(gone.address))) continue;
            REQUIRE(at(before, slot) == at(after, slot));
        }
    }
}
