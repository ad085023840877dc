// SPDX-License-Identifier: Apache-2.0
// What the maps count: per CPU there, summed here.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <cstring>

#include "agent/datapath/bpf/maps.h"
#include "weft/abi/counter.h"
#include "weft/abi/drop_reason.h"
#include "weft/abi/event.h"

namespace weft::agent::bpf {
namespace {

// Calls fn(key, values of the CPUs) for each entry. One that goes away meanwhile is left out.
template <class Key, class Value, class Fn>
void for_each(int map, Fn&& fn) {
    std::vector<Value> values(possible_cpus());
    Key key{};
    const void* last = nullptr;
    while (bpf_map_get_next_key(map, last, &key) == 0) {
        if (bpf_map_lookup_elem(map, &key, values.data()) == 0) fn(key, values);
        last = &key;
    }
}

DropCounter sum(const std::vector<weft_drop>& values) {
    DropCounter out;
    for (const auto& value : values) {
        out.packets += value.packets;
        out.bytes += value.bytes;
    }
    return out;
}

}  // namespace

std::size_t possible_cpus() {
    static const int cpus = libbpf_num_possible_cpus();
    return cpus > 0 ? static_cast<std::size_t>(cpus) : 1;
}

Result<std::vector<RecordCounter>> Maps::counters() const {
    std::vector<RecordCounter> out;
    for_each<std::uint64_t, weft_counter>(at(MapId::counter).fd.get(), [&](auto record, const auto& values) {
        RecordCounter counter;
        counter.record = record;
        for (const auto& value : values) {
            counter.tx_packets += value.tx_packets;
            counter.tx_bytes += value.tx_bytes;
            counter.rx_packets += value.rx_packets;
            counter.rx_bytes += value.rx_bytes;
            counter.tx_drops += value.tx_drops;
            counter.rx_drops += value.rx_drops;
        }
        out.push_back(counter);
    });
    return out;
}

Result<std::vector<DropCounter>> Maps::drops() const {
    std::vector<DropCounter> out;
    for_each<std::uint32_t, weft_drop>(drop_.fd.get(), [&](auto reason, const auto& values) {
        auto counter = sum(values);
        counter.reason = reason;
        if (counter.packets > 0) out.push_back(counter);
    });
    for_each<weft_record_drop_key, weft_drop>(record_drop_.fd.get(),
                                              [&](const auto& key, const auto& values) {
                                                  auto counter = sum(values);
                                                  counter.record = key.record;
                                                  counter.reason = key.reason;
                                                  counter.direction = key.direction;
                                                  out.push_back(counter);
                                              });
    return out;
}

void Maps::forget_drops(const std::string& record) const {
    weft_record_drop_key key{};
    std::memcpy(&key.record, record.data(), sizeof(key.record));
    for (key.reason = 1; key.reason < WEFT_DROP_SLOTS; ++key.reason)
        for (key.direction = WEFT_TX; key.direction <= WEFT_RX; ++key.direction)
            (void)bpf_map_delete_elem(record_drop_.fd.get(), &key);
}

LostEvents Maps::lost_events(weft_event_sort sort) const {
    LostEvents lost;
    std::vector<weft_event_bucket> buckets(possible_cpus());
    const std::uint32_t key = sort;
    if (bpf_map_lookup_elem(bucket_.fd.get(), &key, buckets.data()) != 0) return lost;
    for (const auto& bucket : buckets) {
        lost.rate += bucket.lost_rate;
        lost.ring += bucket.lost_ring;
    }
    return lost;
}

}  // namespace weft::agent::bpf
