// SPDX-License-Identifier: Apache-2.0
// What a world's programs counted, dropped and remembered.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <doctest/doctest.h>
#include <vector>

#include "tests/harness/bpf/world.h"

namespace weft::test {

namespace {

constexpr const char* reason_names[] = {"none",
#define REASON_NAME(number, name, text) #name,
                                        WEFT_DROP_REASONS(REASON_NAME)
#undef REASON_NAME
};
constexpr std::uint32_t reasons = sizeof(reason_names) / sizeof(reason_names[0]);
template <class Value>
std::vector<Value> per_cpu(int fd, const void* key) {
    std::vector<Value> values(static_cast<std::size_t>(libbpf_num_possible_cpus()));
    if (bpf_map_lookup_elem(fd, key, values.data()) != 0) values.clear();
    return values;
}

}  // namespace

const char* reason_name(std::uint32_t reason) { return reason_names[reason < reasons ? reason : 0]; }

std::size_t World::flows() {
    const int map = programs.map(WEFT_MAP_NAME(WEFT_FLOW_MAP));
    std::size_t count = 0;
    weft_flow_key key{};
    for (const void* last = nullptr; bpf_map_get_next_key(map, last, &key) == 0; last = &key) count++;
    return count;
}

std::optional<weft_flow> World::flow(const weft_flow_key& key) {
    weft_flow flow{};
    if (bpf_map_lookup_elem(programs.map(WEFT_MAP_NAME(WEFT_FLOW_MAP)), &key, &flow) != 0)
        return std::nullopt;
    return flow;
}

weft_counter World::counter(std::uint64_t record) {
    weft_counter sum{};
    for (const auto& c : per_cpu<weft_counter>(programs.map(WEFT_MAP_NAME(WEFT_COUNTER_MAP)), &record)) {
        sum.tx_packets += c.tx_packets;
        sum.tx_bytes += c.tx_bytes;
        sum.rx_packets += c.rx_packets;
        sum.rx_bytes += c.rx_bytes;
        sum.tx_drops += c.tx_drops;
        sum.rx_drops += c.rx_drops;
    }
    return sum;
}

std::uint64_t World::drops(std::uint32_t reason) {
    return drops(reason, weft_direction{}) + drops(reason, WEFT_TX) + drops(reason, WEFT_RX);
}

std::uint64_t World::drops(std::uint32_t reason, weft_direction direction) {
    const auto slot = static_cast<std::uint32_t>(direction) * WEFT_DROP_SLOTS + reason;
    std::uint64_t sum = 0;
    for (const auto& d : per_cpu<weft_drop>(programs.map(WEFT_MAP_NAME(WEFT_DROP_MAP)), &slot))
        sum += d.packets;
    return sum;
}

std::uint64_t World::drops(std::uint64_t record, std::uint32_t reason, weft_direction direction) {
    const weft_record_drop_key key{record, reason, static_cast<__u32>(direction)};
    std::uint64_t sum = 0;
    for (const auto& d : per_cpu<weft_drop>(programs.map(WEFT_MAP_NAME(WEFT_RECORD_DROP_MAP)), &key))
        sum += d.packets;
    return sum;
}

void World::expect_dropped(const Ran& ran, weft_drop_reason reason, std::uint64_t record,
                           weft_direction direction, int verdict) {
    CHECK(ran.verdict == verdict);
    for (std::uint32_t r = 1; r < reasons; r++) {
        const std::string reason_name = reason_names[r];
        CAPTURE(reason_name);
        CHECK(drops(r) == (r == static_cast<std::uint32_t>(reason) ? 1 : 0));
    }
    if (record == 0) return;
    CHECK(drops(reason, direction) == 1);
    CHECK(drops(record, reason, direction) == 1);
    const auto c = counter(record);
    CHECK((direction == WEFT_TX ? c.tx_drops : c.rx_drops) == 1);
    CHECK((direction == WEFT_TX ? c.tx_packets : c.rx_packets) == 0);
}

void World::expect_nothing_dropped() {
    for (std::uint32_t r = 1; r < reasons; r++) {
        const std::string reason_name = reason_names[r];
        CAPTURE(reason_name);
        CHECK(drops(r) == 0);
    }
}

}  // namespace weft::test
