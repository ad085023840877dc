// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/bpf/maps.h"
#include "tests/bench/bench.h"
#include "weft/abi/mapping.h"
#include "weft/net/address.h"

namespace weft::bench {

namespace {

using namespace agent;

constexpr std::size_t count = 500'000;
constexpr std::size_t batch = 4096;

template <class T>
std::string bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

// The mappings of a partition of half a million addresses, spread over a thousand hosts.
std::vector<Entry> mappings(std::uint64_t generation) {
    std::vector<Entry> entries;
    entries.reserve(count);
    for (std::uint32_t i = 0; i < count; i++) {
        weft_overlay_key key{.gni = 100, .address = {}};
        const Address address = Address::v4(0x0a000000 + i);
        std::copy(address.mapped().begin(), address.mapped().end(),
                  reinterpret_cast<std::uint8_t*>(&key.address));
        const weft_mapping mapping{.host = (i + generation) % 1000,
                                   .record = i + 1,
                                   .tag = 0,
                                   .mac = {2, 0, 0, 0, 0, 1},
                                   .flags = 0,
                                   .pad = {}};
        entries.push_back({bytes_of(key), bytes_of(mapping)});
    }
    return entries;
}

double written(const bpf::Maps& maps, const std::vector<Entry>& entries) {
    const std::span<const Entry> all = entries;
    const auto begin = Clock::now();
    for (std::size_t at = 0; at < all.size(); at += batch) {
        const auto failures = maps.put(MapId::mapping, all.subspan(at, std::min(batch, all.size() - at)));
        if (!failures.empty()) throw std::runtime_error(failures.front().error.message());
    }
    return static_cast<double>(all.size()) / seconds_since(begin);
}

}  // namespace

void mapping(std::span<const std::string> arguments) {
    if (arguments.size() != 2) throw std::runtime_error("mapping PIN OBJECTS");
    must(bpf::Load::make(arguments[0], arguments[1], {}));
    const auto maps = must(bpf::Maps::open(arguments[0]));
    const double added = written(maps, mappings(0));
    const double replaced = written(maps, mappings(1));
    std::printf(R"({"added":%.0f,"replaced":%.0f})"
                "\n",
                added, replaced);
}

}  // namespace weft::bench
