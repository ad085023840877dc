// SPDX-License-Identifier: Apache-2.0
// A Datapath in memory: maps with a capacity, devices and paths that tests set, and a process that may die
// after any write.
#pragma once

#include <array>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/datapath/datapath.h"

namespace weft::test {

using agent::MapId;

// What the process's death looks like to the test: nothing after it happened.
struct Crash {};

class FakeDatapath final : public agent::Datapath {
public:
    using Map = std::map<std::string, std::string>;
    struct Write {
        MapId map;
        std::string key;
        bool put;
    };

    // The state that outlives a process.
    std::array<Map, agent::map_count> maps;
    std::map<std::string, agent::Device> devices;
    std::map<Address, agent::Path> paths;  // by remote address
    std::set<std::string> namespaces;
    std::set<std::string> attached;  // devices with the instances' program

    // What a test turns.
    std::array<std::size_t, agent::map_count> capacity;
    std::size_t writes_until_crash{std::numeric_limits<std::size_t>::max()};
    bool helper_away{false};
    std::size_t flow_room{1'048'576};
    std::size_t flows_at_once{4};
    std::map<std::string, agent::Flow> flow_table;       // by key
    std::map<std::uint64_t, std::uint64_t> flows_added;  // by record
    std::map<std::uint64_t, std::uint64_t> unlogged;     // the same
    std::map<std::string, agent::Reject> reject_table;   // by key
    agent::HostReport host_report;
    std::vector<agent::RecordCounter> record_counters;
    std::vector<agent::DropCounter> drop_counters;
    agent::FormerCounts former;
    agent::HostUsage host_usage{1, {}};
    std::map<std::uint64_t, std::pair<std::uint32_t, std::uint32_t>> captures;  // snaplen, directions
    agent::TraceRun trace_run;                                                  // what trace() answers

    // What happened.
    std::vector<std::string> traced;  // frames
    std::vector<Write> writes;
    std::size_t made_devices{0};
    std::size_t uplink_repairs{0};

    FakeDatapath();
    [[nodiscard]] Map& map(MapId id) { return maps[static_cast<std::size_t>(id)]; }
    void add_device(const std::string& name, std::uint32_t ifindex, bool peer_elsewhere = false);
    // As the kernel would: its filter goes with it.
    void remove_host_device(const std::string& name);

    Result<std::vector<agent::Entry>> dump(MapId id) override;
    std::vector<agent::WriteFailure> put(MapId id, std::span<const agent::Entry> entries) override;
    std::vector<agent::WriteFailure> erase(MapId id, std::span<const std::string> keys) override;
    std::optional<agent::Device> device(const std::string& name) override;
    Result<agent::Path> path(const Address& remote, const Address& source) override;
    Result<void> make_device(std::span<const schema::Port* const> ports) override;
    Result<void> remove_device(const std::string& name) override;
    Result<void> attach_instance(const agent::Device& device) override;
    Result<void> detach_instance(const agent::Device& device) override;
    std::vector<agent::Device> instance_devices() override;
    Result<void> repair_uplinks() override;
    Result<Fd> open_punt() override;
    agent::HostReport report() override { return host_report; }
    Result<std::vector<agent::RecordCounter>> counters() override { return record_counters; }
    Result<std::vector<agent::DropCounter>> drops() override { return drop_counters; }
    Result<agent::HostUsage> usage() override { return host_usage; }
    void forget_usage(std::span<const std::uint64_t> lives) override;
    Result<std::vector<agent::Flow>> flows(std::string& position) override;
    bool remove_flow(agent::Flow& flow) override;
    Result<std::vector<agent::Reject>> rejects() override;
    std::optional<agent::Reject> remove_reject(const std::string& key) override;
    std::vector<agent::FlowUse> flow_uses() override;
    std::optional<agent::FlowUse> flow_use(std::uint64_t record) override;
    void set_removed_flows(std::uint64_t record, std::uint64_t removed) override;
    std::size_t flow_capacity() override { return flow_room; }
    std::size_t map_room(MapId id) override { return capacity[static_cast<std::size_t>(id)]; }
    agent::FormerCounts former_counts() override { return former; }
    agent::LostEvents lost_events(weft_event_sort) override { return {}; }
    Result<agent::TraceRun> trace(agent::TraceHook, const std::string& frame, std::uint32_t) override {
        traced.push_back(frame);
        return trace_run;
    }
    Result<void> capture(std::uint64_t record, std::uint32_t snaplen, std::uint32_t directions) override {
        captures[record] = {snaplen, directions};
        if (directions == 0) captures.erase(record);
        return {};
    }
    std::uint64_t lost_captures(std::uint64_t) override { return 0; }
    void drain_captures() override {}
    std::vector<int> descriptors() override { return {}; }
    void on_readable(int) override {}

private:
    void before_write();
    std::uint32_t next_ifindex_{1000};
};

}  // namespace weft::test
