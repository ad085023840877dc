// SPDX-License-Identifier: Apache-2.0
// The pinned maps: batched writes, dumps, and what they count.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "agent/datapath/bpf/usage.h"
#include "agent/datapath/datapath.h"
#include "weft/base/fd.h"

namespace weft::agent::bpf {

class Maps {
public:
    // After a load: all maps are pinned below `root`.
    [[nodiscard]] static Result<Maps> open(const std::string& root);

    // As Datapath's. `exhausted` names the map and its size.
    [[nodiscard]] Result<std::vector<Entry>> dump(MapId map) const;
    [[nodiscard]] std::vector<WriteFailure> put(MapId map, std::span<const Entry> entries) const;
    // Removing a record's counter also forgets its drops by reason. What it counted is kept in the entry of
    // record 0, which no record has, so that sums over all records never fall, and for usage().
    [[nodiscard]] std::vector<WriteFailure> erase(MapId map, std::span<const std::string> keys) const;

    [[nodiscard]] std::size_t room(MapId map) const { return at(map).max_entries; }

    // Sums over the CPUs.
    [[nodiscard]] Result<std::vector<RecordCounter>> counters() const;
    [[nodiscard]] Result<std::vector<DropCounter>> drops() const;
    [[nodiscard]] FormerCounts former_counts() const;
    [[nodiscard]] Result<HostUsage> usage() const;
    void forget_usage(std::span<const std::uint64_t> lives) const { usage_.forget(lives); }
    [[nodiscard]] LostEvents lost_events(weft_event_sort sort) const;

    // As Datapath's (flows.cpp).
    [[nodiscard]] Result<std::vector<Flow>> flows(std::string& position) const;
    [[nodiscard]] bool remove_flow(Flow& flow) const;
    [[nodiscard]] Result<std::vector<Reject>> rejects() const;
    [[nodiscard]] std::optional<Reject> remove_reject(const std::string& key) const;
    [[nodiscard]] std::vector<FlowUse> flow_uses() const;
    [[nodiscard]] std::optional<FlowUse> flow_use(std::uint64_t record) const;
    void set_removed_flows(std::uint64_t record, std::uint64_t removed) const;
    [[nodiscard]] std::size_t flow_capacity() const { return flow_.max_entries; }
    // The device to which packets for the agent go; 0: they drop.
    [[nodiscard]] Result<void> set_punt(std::uint32_t ifindex) const;
    [[nodiscard]] int events() const { return events_.fd.get(); }

private:
    struct Map {
        Fd fd;
        std::string name;
        std::uint32_t type{0};
        std::uint32_t key_size{0};
        std::uint32_t value_size{0};
        std::uint32_t max_entries{0};
    };

    [[nodiscard]] static Result<Map> open(const std::string& root, const char* name);
    [[nodiscard]] const Map& at(MapId map) const { return maps_[static_cast<std::size_t>(map)]; }
    [[nodiscard]] static Result<std::vector<Entry>> dump_array(const Map& map);
    [[nodiscard]] static Result<std::vector<Entry>> dump_keys(const Map& map);
    [[nodiscard]] static Result<std::vector<Entry>> dump_batches(const Map& map);
    void put_counts(MapId id, std::span<const Entry> entries,
                    const std::function<void(std::size_t, int)>& failed) const;
    [[nodiscard]] static std::string quota(const Map& map, const Entry& entry);
    [[nodiscard]] static Error failure(const Map& map, const char* operation, int err);
    void forget_drops(const std::string& record) const;
    [[nodiscard]] int retire(MapId id, const std::string& record) const;

    std::array<Map, map_count> maps_;
    Map flow_;
    Map reject_;
    Map drop_;
    Map record_drop_;
    Map bucket_;
    Map events_;
    Map punt_;
    Usage usage_;
};

// As many values has an entry of a per-CPU map.
[[nodiscard]] std::size_t possible_cpus();

}  // namespace weft::agent::bpf
