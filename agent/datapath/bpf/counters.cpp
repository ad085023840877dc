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
#include "weft/abi/flow.h"

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

RecordCounter sum(std::uint64_t record, const std::vector<weft_counter>& values) {
    RecordCounter out;
    out.record = record;
    for (const auto& value : values) {
        out.tx_packets += value.tx_packets;
        out.tx_bytes += value.tx_bytes;
        out.rx_packets += value.rx_packets;
        out.rx_bytes += value.rx_bytes;
        out.tx_drops += value.tx_drops;
        out.rx_drops += value.rx_drops;
    }
    return out;
}

std::uint64_t id_of(const std::string& record) {
    std::uint64_t value = 0;
    std::memcpy(&value, record.data(), sizeof(value));
    return value;
}

constexpr std::uint64_t former = 0;  // the record that stands for all that are gone

}  // namespace

std::size_t possible_cpus() {
    static const int cpus = libbpf_num_possible_cpus();
    return cpus > 0 ? static_cast<std::size_t>(cpus) : 1;
}

Result<std::vector<RecordCounter>> Maps::counters() const {
    std::vector<RecordCounter> out;
    for_each<std::uint64_t, weft_counter>(at(MapId::counter).fd.get(), [&](auto record, const auto& values) {
        if (record != former) out.push_back(sum(record, values));
    });
    return out;
}

FormerCounts Maps::former_counts() const {
    FormerCounts out;
    std::vector<weft_counter> values(possible_cpus());
    if (bpf_map_lookup_elem(at(MapId::counter).fd.get(), &former, values.data()) == 0)
        out.packets = sum(former, values);
    weft_flow_use use{};
    if (bpf_map_lookup_elem(at(MapId::flow_use).fd.get(), &former, &use) == 0)
        out.flows = {former, use.added, 0, use.refused};
    return out;
}

// Moves what the entry counted to that of `former`; both values are nothing but numbers of 64 bits. An errno.
// A counter's usage is kept before it goes: a process that dies in between does this again.
int Maps::retire(MapId id, const std::string& record) const {
    const auto& map = at(id);
    const auto cpus = map.type == BPF_MAP_TYPE_PERCPU_HASH ? possible_cpus() : 1;
    std::vector<std::uint64_t> counted(map.value_size / sizeof(std::uint64_t) * cpus);
    auto sums = counted;
    const auto keep = [&] {
        std::vector<weft_counter> values(cpus);
        std::memcpy(values.data(), counted.data(), counted.size() * sizeof(std::uint64_t));
        return usage_.keep(sum(id_of(record), values));
    };
    if (id == MapId::counter) {
        if (bpf_map_lookup_elem(map.fd.get(), record.data(), counted.data()) != 0) return errno;
        if (const int err = keep(); err != 0) return err;
    }
    if (bpf_map_lookup_and_delete_elem(map.fd.get(), record.data(), counted.data()) != 0) return errno;
    if (id == MapId::counter) {
        static_cast<void>(keep());  // with what was counted since
        usage_.end(record.data());
    }
    (void)bpf_map_lookup_elem(map.fd.get(), &former, sums.data());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += counted[i];
    return bpf_map_update_elem(map.fd.get(), &former, sums.data(), BPF_ANY) == 0 ? 0 : errno;
}

Result<HostUsage> Maps::usage() const {
    WEFT_TRY(const auto present, counters());
    return usage_.read(present);
}

Result<std::vector<DropCounter>> Maps::drops() const {
    std::vector<DropCounter> out;
    for_each<std::uint32_t, weft_drop>(drop_.fd.get(), [&](auto slot, const auto& values) {
        auto counter = sum(values);
        counter.reason = slot % WEFT_DROP_SLOTS;
        counter.direction = slot / WEFT_DROP_SLOTS;
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
