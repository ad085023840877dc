// SPDX-License-Identifier: Apache-2.0
// Sorted sets and maps against those of the standard library, with blocks so small that they often split.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include "coordinator/model/sorted.h"

using namespace weft::coordinator;

namespace {

struct Big {
    std::uint64_t number{0};
    std::array<char, 1000> room{};  // four entries fill a block
};
using Map = SortedMap<std::uint64_t, Big>;
using Plain = std::map<std::uint64_t, std::uint64_t>;

std::uint64_t pick(std::uint64_t from, std::uint64_t end) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(from, end));
}

// From `at` to the end, and back again.
void check_from(const Map& map, Map::const_iterator at, const Plain& plain, Plain::const_iterator expected) {
    const auto first = expected;
    for (; expected != plain.end(); ++expected, ++at) {
        RC_ASSERT(at != map.end());
        RC_ASSERT(at->first == expected->first);
        RC_ASSERT(at->second.number == expected->second);
    }
    RC_ASSERT(at == map.end());
    while (expected != first) RC_ASSERT((--at)->first == (--expected)->first);
}

void check_all(const Map& map, const Plain& plain) {
    RC_ASSERT(map.size() == plain.size());
    RC_ASSERT(map.empty() == plain.empty());
    check_from(map, map.begin(), plain, plain.begin());
    for (std::uint64_t key = 0; key < 200; key += 1 + pick(0, 5)) {
        check_from(map, map.lower_bound(key), plain, plain.lower_bound(key));
        check_from(map, map.upper_bound(key), plain, plain.upper_bound(key));
        RC_ASSERT(map.contains(key) == plain.contains(key));
        RC_ASSERT((map.find(key) == map.end()) == !plain.contains(key));
        if (plain.contains(key)) RC_ASSERT(map.find(key)->second.number == plain.at(key));
    }
}

}  // namespace

TEST_CASE("[1.7/index] a sorted map has what a std::map has after any changes") {
    const bool passed = rc::check("sorted equals std::map", [] {
        Map map;
        Plain plain;
        for (auto runs = pick(1, 25); runs > 0; --runs) {
            // Runs of keys upwards, downwards and all over the place, put or erased.
            const auto step = pick(0, 3);
            const bool erased = pick(0, 3) == 0;
            auto key = pick(0, 200);
            for (auto length = pick(1, 30); length > 0; --length) {
                if (erased) {
                    map.erase(key);
                    plain.erase(key);
                } else {
                    const auto number = pick(0, 1000);
                    map.put({key, {number, {}}});
                    plain[key] = number;
                }
                key = step == 0 ? (key + 1) % 200 : step == 1 ? (key + 199) % 200 : pick(0, 200);
            }
            check_all(map, plain);
        }
    });
    CHECK(passed);
}

TEST_CASE("[1.7/index] what is sorted at once can be changed like what was put one by one") {
    const bool passed = rc::check("settled equals std::map", [] {
        Map map;
        Plain plain;
        const auto put = [&](std::uint64_t key) {
            map.put({key, {key + 1, {}}});
            plain[key] = key + 1;
        };
        map.defer();
        for (auto count = pick(0, 100); count > 0; --count)
            if (const auto key = pick(0, 200); !plain.contains(key)) put(key);
        map.settle();
        check_all(map, plain);
        for (auto count = pick(0, 60); count > 0; --count) {
            const auto key = pick(0, 200);
            if (pick(0, 2) == 0) {
                put(key);
            } else {
                map.erase(key);
                plain.erase(key);
            }
        }
        check_all(map, plain);
    });
    CHECK(passed);
}

TEST_CASE("[1.7/index] a sorted set of pairs gives the members of each in order") {
    const bool passed = rc::check("pairs equal std::set", [] {
        SortedSet<std::pair<std::uint64_t, std::uint64_t>> pairs;
        std::set<std::pair<std::uint64_t, std::uint64_t>> plain;
        for (auto count = pick(0, 1000); count > 0; --count) {
            const std::pair one{pick(0, 5), pick(0, 100)};
            if (pick(0, 3) == 0) {
                pairs.erase(one);
                plain.erase(one);
            } else {
                pairs.put(one);
                plain.insert(one);
            }
        }
        RC_ASSERT(std::ranges::equal(pairs, plain));
        for (std::uint64_t of = 0; of < 6; ++of)
            RC_ASSERT(std::distance(pairs.begin(), pairs.lower_bound({of, 0})) ==
                      std::distance(plain.begin(), plain.lower_bound({of, 0})));
    });
    CHECK(passed);
}
