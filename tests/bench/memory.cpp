// SPDX-License-Identifier: Apache-2.0
// What the kernel says that maps with many entries take.
#include <bpf/bpf.h>

#include <cstdio>
#include <fstream>

#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/bpf/pin.h"
#include "tests/bench/bench.h"
#include "weft/abi/flow.h"
#include "weft/abi/mapping.h"
#include "weft/net/address.h"

namespace weft::bench {
namespace {

constexpr std::uint32_t batch = 4096;

weft_address address(std::uint32_t number) {
    weft_address out{};
    const auto bytes = Address::v4(0x0a000000 + number).mapped();
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(&out));
    return out;
}

weft_flow_key flow_key(std::uint32_t number) {
    weft_flow_key key{};
    key.record = number % 1000;
    key.local = address(number % 1000);
    key.remote = address(number);
    return key;
}

weft_overlay_key mapping_key(std::uint32_t number) {
    weft_overlay_key key{};
    key.gni = 100;
    key.address = address(number);
    return key;
}

// Bytes after `count` entries have been added.
template <class Value, class Key>
std::uint64_t filled(const std::string& pin, const char* name, std::uint32_t count, Key key_of) {
    const auto map = must(agent::bpf::open_pin(pin + '/' + name));
    using KeyType = decltype(key_of(0));
    std::vector<KeyType> keys;
    const std::vector<Value> values(batch);
    for (std::uint32_t first = 0; first < count; first += batch) {
        keys.clear();
        for (std::uint32_t i = first; i < std::min(first + batch, count); ++i) keys.push_back(key_of(i));
        auto size = static_cast<__u32>(keys.size());
        if (bpf_map_update_batch(map.get(), keys.data(), values.data(), &size, nullptr) != 0)
            throw std::runtime_error(std::string{name} + " takes no more entries");
    }
    std::ifstream info("/proc/self/fdinfo/" + std::to_string(map.get()));
    std::string word;
    std::uint64_t bytes = 0;
    while (info >> word)
        if (word == "memlock:") info >> bytes;
    return bytes;
}

}  // namespace

void memory(std::span<const std::string> arguments) {
    if (arguments.size() != 3) throw std::runtime_error("memory PIN OBJECTS COUNT");
    const auto& pin = arguments[0];
    const auto count = static_cast<std::uint32_t>(std::stoul(arguments[2]));
    const auto load = must(agent::bpf::Load::make(pin, arguments[1], {}));
    const auto flows = filled<weft_flow>(pin, WEFT_MAP_NAME(WEFT_FLOW_MAP), count, flow_key);
    const auto mappings = filled<weft_mapping>(pin, WEFT_MAP_NAME(WEFT_MAPPING_MAP), count, mapping_key);
    std::printf(R"({"flows":%llu,"mappings":%llu})"
                "\n",
                static_cast<unsigned long long>(flows), static_cast<unsigned long long>(mappings));
}

}  // namespace weft::bench
