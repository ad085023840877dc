// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/maps.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "agent/datapath/bpf/batch.h"
#include "agent/datapath/bpf/pin.h"
#include "weft/abi/config.h"
#include "weft/abi/counter.h"
#include "weft/abi/event.h"
#include "weft/abi/flow.h"
#include "weft/abi/local.h"
#include "weft/abi/mapping.h"
#include "weft/abi/peer.h"
#include "weft/abi/policy.h"
#include "weft/abi/port.h"
#include "weft/abi/punt.h"
#include "weft/abi/rate.h"
#include "weft/abi/route.h"
#include "weft/abi/source.h"
#include "weft/abi/spread.h"

namespace weft::agent::bpf {
namespace {

// The field of a quota that is counted.
constexpr std::size_t removed_at = offsetof(weft_quota, removed);
constexpr std::size_t removed_size = sizeof(weft_quota::removed);

// Whether the packet path writes the map's values.
bool is_count(MapId map) {
    return map == MapId::counter || map == MapId::flow_use || map == MapId::rate_state;
}

// Whether a removed record's values go into the sums of former ones.
bool is_summed(MapId map) { return map == MapId::counter || map == MapId::flow_use; }

const char* name_of(MapId map) {
    switch (map) {
        case MapId::own: return WEFT_MAP_NAME(WEFT_OWN_MAP);
        case MapId::peer: return WEFT_MAP_NAME(WEFT_PEER_MAP);
        case MapId::underlay: return WEFT_MAP_NAME(WEFT_UNDERLAY_MAP);
        case MapId::route_hops: return WEFT_MAP_NAME(WEFT_ROUTE_HOPS_MAP);
        case MapId::route: return WEFT_MAP_NAME(WEFT_ROUTE_MAP);
        case MapId::member: return WEFT_MAP_NAME(WEFT_MEMBER_MAP);
        case MapId::spread: return WEFT_MAP_NAME(WEFT_SPREAD_MAP);
        case MapId::mapping: return WEFT_MAP_NAME(WEFT_MAPPING_MAP);
        case MapId::mapping_prefix: return WEFT_MAP_NAME(WEFT_MAPPING_PREFIX_MAP);
        case MapId::source: return WEFT_MAP_NAME(WEFT_SOURCE_MAP);
        case MapId::source_prefix: return WEFT_MAP_NAME(WEFT_SOURCE_PREFIX_MAP);
        case MapId::any_source: return WEFT_MAP_NAME(WEFT_ANY_SOURCE_MAP);
        case MapId::counter: return WEFT_MAP_NAME(WEFT_COUNTER_MAP);
        case MapId::flow_use: return WEFT_MAP_NAME(WEFT_FLOW_USE_MAP);
        case MapId::quota: return WEFT_MAP_NAME(WEFT_QUOTA_MAP);
        case MapId::rate_state: return WEFT_MAP_NAME(WEFT_RATE_STATE_MAP);
        case MapId::rate: return WEFT_MAP_NAME(WEFT_RATE_MAP);
        case MapId::rule_port: return WEFT_MAP_NAME(WEFT_RULE_PORT_MAP);
        case MapId::rule_address: return WEFT_MAP_NAME(WEFT_RULE_ADDRESS_MAP);
        case MapId::rule_tag: return WEFT_MAP_NAME(WEFT_RULE_TAG_MAP);
        case MapId::policy: return WEFT_MAP_NAME(WEFT_POLICY_MAP);
        case MapId::local: return WEFT_MAP_NAME(WEFT_LOCAL_MAP);
        case MapId::local_prefix: return WEFT_MAP_NAME(WEFT_LOCAL_PREFIX_MAP);
        case MapId::station: return WEFT_MAP_NAME(WEFT_STATION_MAP);
        case MapId::port: return WEFT_MAP_NAME(WEFT_PORT_MAP);
        case MapId::config: return WEFT_MAP_NAME(WEFT_CONFIG_MAP);
    }
    return "";
}

// Runs `batch(first, count)`, which says how many of them were done, over all `size` entries; what it stopped
// at is given to `failed(index, errno)` and left out.
template <class Batch, class Failed>
void in_batches(std::size_t size, Batch&& batch, Failed&& failed) {
    for (std::size_t at = 0; at < size;) {
        const auto count = std::min(size - at, most_at_once);
        errno = 0;
        const auto done = batch(at, count);
        const int err = errno;
        at += done;
        if (done < count) failed(at++, err);
    }
}

// The bytes of a range of strings, one after another, as batches take them.
template <class Range, class Projection>
std::string packed(const Range& range, std::size_t first, std::size_t count, Projection&& bytes) {
    std::string out;
    for (std::size_t i = first; i < first + count; ++i) out += bytes(range[i]);
    return out;
}

}  // namespace

Result<Maps::Map> Maps::open(const std::string& root, const char* name) {
    WEFT_TRY(auto fd, open_pin(root + '/' + name));
    bpf_map_info info{};
    __u32 length = sizeof(info);
    if (bpf_obj_get_info_by_fd(fd.get(), &info, &length) != 0) return system_error("read", name, errno);
    return Map{std::move(fd), name, info.type, info.key_size, info.value_size, info.max_entries};
}

Result<Maps> Maps::open(const std::string& root) {
    Maps maps;
    for (std::size_t i = 0; i < map_count; ++i) {
        WEFT_TRY(maps.maps_[i], open(root, name_of(static_cast<MapId>(i))));
    }
    WEFT_TRY(maps.flow_, open(root, WEFT_MAP_NAME(WEFT_FLOW_MAP)));
    WEFT_TRY(maps.reject_, open(root, WEFT_MAP_NAME(WEFT_REJECT_MAP)));
    WEFT_TRY(maps.drop_, open(root, WEFT_MAP_NAME(WEFT_DROP_MAP)));
    WEFT_TRY(maps.record_drop_, open(root, WEFT_MAP_NAME(WEFT_RECORD_DROP_MAP)));
    WEFT_TRY(maps.bucket_, open(root, WEFT_MAP_NAME(WEFT_EVENT_BUCKET_MAP)));
    WEFT_TRY(maps.events_, open(root, WEFT_MAP_NAME(WEFT_EVENT_MAP)));
    WEFT_TRY(maps.punt_, open(root, WEFT_MAP_NAME(WEFT_PUNT_MAP)));
    WEFT_TRY(maps.usage_, Usage::open(root, maps.at(MapId::counter).max_entries));
    WEFT_TRY(const auto present, maps.counters());
    if (const int err = maps.usage_.adopt(present); err != 0)
        return system_error("write", WEFT_MAP_NAME(WEFT_LIFE_MAP), err);
    return maps;
}

Error Maps::failure(const Map& map, const char* operation, int err) {
    if (err == E2BIG || err == ENOSPC)
        return {ErrorCode::exhausted,
                fmt::format("map {} is full with {} entries", map.name, map.max_entries),
                {},
                err};
    return system_error(operation, map.name, err);
}

Result<std::vector<Entry>> Maps::dump(MapId id) const {
    const auto& map = at(id);
    if (map.type == BPF_MAP_TYPE_ARRAY) return dump_array(map);
    if (is_count(id)) return dump_keys(map);
    auto entries = dump_batches(map);
    if (id == MapId::quota && entries)
        for (auto& entry : *entries) entry.value.replace(removed_at, removed_size, removed_size, '\0');
    return entries;
}

// An element of an array is there from the start; all zero it counts as absent.
Result<std::vector<Entry>> Maps::dump_array(const Map& map) {
    const std::uint32_t zero = 0;
    std::string value(map.value_size, '\0');
    if (bpf_map_lookup_elem(map.fd.get(), &zero, value.data()) != 0) return failure(map, "read", errno);
    if (value.find_first_not_of('\0') == std::string::npos) return std::vector<Entry>{};
    return std::vector{Entry{std::string(sizeof(zero), '\0'), std::move(value)}};
}

Result<std::vector<Entry>> Maps::dump_keys(const Map& map) {
    std::vector<Entry> entries;
    std::string key(map.key_size, '\0');
    const void* last = nullptr;
    while (bpf_map_get_next_key(map.fd.get(), last, key.data()) == 0) {
        if (key != std::string(key.size(), '\0')) entries.push_back({key, {}});
        last = key.data();
    }
    return entries;
}

Result<std::vector<Entry>> Maps::dump_batches(const Map& map) {
    std::vector<Entry> entries;
    const int err = for_each_batch(map.fd.get(), map.key_size, map.value_size,
                                   [&](const char* keys, const char* values, std::size_t count) {
                                       for (std::size_t i = 0; i < count; ++i)
                                           entries.push_back({{keys + i * map.key_size, map.key_size},
                                                              {values + i * map.value_size, map.value_size}});
                                   });
    if (err != 0) return failure(map, "read", err);
    return entries;
}

std::vector<WriteFailure> Maps::put(MapId id, std::span<const Entry> entries) const {
    const auto& map = at(id);
    std::vector<WriteFailure> failures;
    const auto failed = [&](std::size_t index, int err) {
        failures.push_back({index, failure(map, "write", err)});
    };
    if (is_count(id)) {
        put_counts(id, entries, failed);
        return failures;
    }
    const auto value_of = [&](const Entry& e) { return id == MapId::quota ? quota(map, e) : e.value; };
    const auto batch = [&](std::size_t first, std::size_t size) {
        const auto keys = packed(entries, first, size, [](const Entry& e) { return e.key; });
        const auto values = packed(entries, first, size, value_of);
        auto count = static_cast<__u32>(size);
        (void)bpf_map_update_batch(map.fd.get(), keys.data(), values.data(), &count, nullptr);
        return std::size_t{count};
    };
    in_batches(entries.size(), batch, failed);
    return failures;
}

// What exists goes on counting. A counter is made behind its life: one without would be of nobody.
void Maps::put_counts(MapId id, std::span<const Entry> entries,
                      const std::function<void(std::size_t, int)>& failed) const {
    const auto& map = at(id);
    const bool per_cpu = map.type == BPF_MAP_TYPE_PERCPU_HASH;
    const std::string zeros(per_cpu ? (map.value_size + 7) / 8 * 8 * possible_cpus() : map.value_size, '\0');
    auto present = zeros;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto* const key = entries[i].key.data();
        if (bpf_map_lookup_elem(map.fd.get(), key, present.data()) == 0) continue;
        const int err = id == MapId::counter ? usage_.begin(key) : 0;
        if (err != 0)
            failed(i, err);
        else if (bpf_map_update_elem(map.fd.get(), key, zeros.data(), BPF_NOEXIST) != 0 && errno != EEXIST)
            failed(i, errno);
    }
}

// The value with what the map's own has counted.
std::string Maps::quota(const Map& map, const Entry& entry) {
    auto value = entry.value;
    std::string present(map.value_size, '\0');
    if (bpf_map_lookup_elem(map.fd.get(), entry.key.data(), present.data()) == 0)
        value.replace(removed_at, removed_size, present, removed_at, removed_size);
    return value;
}

std::vector<WriteFailure> Maps::erase(MapId id, std::span<const std::string> keys) const {
    const auto& map = at(id);
    std::vector<WriteFailure> failures;
    const auto failed = [&](std::size_t index, int err) {
        if (err != ENOENT) failures.push_back({index, failure(map, "delete", err)});
    };
    const auto batch = [&](std::size_t first, std::size_t size) {
        const auto bytes = packed(keys, first, size, [](const std::string& key) { return key; });
        auto count = static_cast<__u32>(size);
        (void)bpf_map_delete_batch(map.fd.get(), bytes.data(), &count, nullptr);
        return std::size_t{count};
    };
    if (map.type == BPF_MAP_TYPE_ARRAY) {
        const std::string zeros(map.value_size, '\0');
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (bpf_map_update_elem(map.fd.get(), keys[i].data(), zeros.data(), BPF_ANY) != 0)
                failed(i, errno);
        return failures;
    }
    if (is_summed(id)) {
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (const int err = retire(id, keys[i]); err != 0) failed(i, err);
    } else {
        in_batches(keys.size(), batch, failed);
    }
    if (id == MapId::counter)
        for (const auto& key : keys) forget_drops(key);
    return failures;
}

Result<void> Maps::set_punt(std::uint32_t ifindex) const {
    const __u32 first = 0;
    const weft_punt value{ifindex};
    if (bpf_map_update_elem(punt_.fd.get(), &first, &value, BPF_ANY) != 0)
        return failure(punt_, "update", errno);
    return {};
}

}  // namespace weft::agent::bpf
