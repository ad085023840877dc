// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/usage.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <set>

#include "agent/datapath/bpf/pin.h"
#include "weft/abi/counter.h"
#include "weft/base/id.h"

namespace weft::agent::bpf {
namespace {

constexpr std::uint32_t most_kept = 65536;  // detached while the coordinator is away
constexpr std::uint64_t whole_host = 0;     // the record whose life is that of the maps

std::uint64_t new_life() { return new_id(Kind::none).value; }

Result<Fd> open_or_make(const std::string& root, const char* name, std::uint32_t value_size,
                        std::uint32_t entries) {
    const auto path = root + '/' + name;
    auto pinned = open_pin(path);
    if (pinned || pinned.error().code != ErrorCode::not_found) return pinned;
    bpf_map_create_opts options{};
    options.sz = sizeof(options);
    options.map_flags = BPF_F_NO_PREALLOC;
    Fd made{bpf_map_create(BPF_MAP_TYPE_HASH, name, sizeof(std::uint64_t), value_size, entries, &options)};
    if (!made) return system_error("create", name, errno);
    if (bpf_obj_pin(made.get(), path.c_str()) != 0) return system_error("pin", path, errno);
    return made;
}

}  // namespace

Result<Usage> Usage::open(const std::string& root, std::uint32_t counters) {
    Usage usage;
    WEFT_TRY(usage.life_,
             open_or_make(root, WEFT_MAP_NAME(WEFT_LIFE_MAP), sizeof(std::uint64_t), counters + 1));
    WEFT_TRY(usage.kept_, open_or_make(root, WEFT_MAP_NAME(WEFT_USAGE_MAP), sizeof(weft_usage), most_kept));
    return usage;
}

int Usage::adopt(std::span<const RecordCounter> present) const {
    std::set<std::uint64_t> records{whole_host};
    for (const auto& counter : present) records.insert(counter.record);
    std::vector<std::uint64_t> stale;
    std::uint64_t record = 0;
    const void* last = nullptr;
    while (bpf_map_get_next_key(life_.get(), last, &record) == 0) {
        last = &record;
        if (!records.contains(record)) stale.push_back(record);
    }
    for (const auto each : stale) end(&each);
    for (const auto each : records)
        if (const int err = life_of(each) != 0 ? 0 : begin(&each); err != 0) return err;
    return 0;
}

int Usage::begin(const void* record) const {
    const auto life = new_life();
    return bpf_map_update_elem(life_.get(), record, &life, BPF_ANY) == 0 ? 0 : errno;
}

int Usage::keep(const RecordCounter& counter) const {
    const auto life = life_of(counter.record);
    const weft_usage value{counter.record,
                           {counter.tx_packets, counter.tx_bytes, counter.rx_packets, counter.rx_bytes,
                            counter.tx_drops, counter.rx_drops}};
    if (bpf_map_update_elem(kept_.get(), &life, &value, BPF_ANY) == 0) return 0;
    return errno == E2BIG ? ENOBUFS : errno;  // it is not the map of counters that is full
}

void Usage::end(const void* record) const { (void)bpf_map_delete_elem(life_.get(), record); }

void Usage::forget(std::span<const std::uint64_t> lives) const {
    for (const auto life : lives) (void)bpf_map_delete_elem(kept_.get(), &life);
}

// What was kept of a counter that is there after all is of a process that died before it went.
Result<HostUsage> Usage::read(std::span<const RecordCounter> present) const {
    HostUsage usage;
    usage.incarnation = life_of(whole_host);
    std::set<std::uint64_t> living;
    for (const auto& counter : present) {
        usage.counters.push_back({life_of(counter.record), counter, false});
        living.insert(usage.counters.back().life);
    }
    std::uint64_t life = 0;
    const void* last = nullptr;
    while (bpf_map_get_next_key(kept_.get(), last, &life) == 0) {
        last = &life;
        weft_usage kept{};
        if (living.contains(life) || bpf_map_lookup_elem(kept_.get(), &life, &kept) != 0) continue;
        const auto& c = kept.counted;
        usage.counters.push_back(
            {life,
             {kept.record, c.tx_packets, c.tx_bytes, c.rx_packets, c.rx_bytes, c.tx_drops, c.rx_drops},
             true});
    }
    return usage;
}

std::uint64_t Usage::life_of(std::uint64_t record) const {
    std::uint64_t life = 0;
    (void)bpf_map_lookup_elem(life_.get(), &record, &life);
    return life;
}

}  // namespace weft::agent::bpf
