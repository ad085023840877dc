// SPDX-License-Identifier: Apache-2.0
// The Datapath of this host's kernel.
#pragma once

#include "agent/datapath/bpf/captures.h"
#include "agent/datapath/bpf/events.h"
#include "agent/datapath/bpf/maps.h"
#include "agent/datapath/bpf/tracer.h"
#include "agent/datapath/namespaces.h"
#include "agent/datapath/uplinks.h"

namespace weft::agent {

class KernelDatapath final : public Datapath {
public:
    [[nodiscard]] static Result<std::unique_ptr<Datapath>> open(const DatapathConfig& config);

    Result<std::vector<Entry>> dump(MapId map) override { return maps_.dump(map); }
    std::vector<WriteFailure> put(MapId map, std::span<const Entry> entries) override {
        return maps_.put(map, entries);
    }
    std::vector<WriteFailure> erase(MapId map, std::span<const std::string> keys) override {
        return maps_.erase(map, keys);
    }
    std::size_t map_room(MapId map) override { return maps_.room(map); }
    std::optional<Device> device(const std::string& name) override { return links_.find(name); }
    Result<Path> path(const Address& remote, const Address& source) override;
    Result<void> make_device(std::span<const schema::Port* const> ports) override;
    Result<void> remove_device(const std::string& name) override;
    Result<void> attach_instance(const Device& device) override;
    Result<void> detach_instance(const Device& device) override;
    std::vector<Device> instance_devices() override;
    Result<void> repair_uplinks() override { return uplinks_.attach(socket_, links_, load_); }
    Result<Fd> open_punt() override;
    HostReport report() override;
    Result<std::vector<RecordCounter>> counters() override { return maps_.counters(); }
    Result<std::vector<DropCounter>> drops() override { return maps_.drops(); }
    FormerCounts former_counts() override { return maps_.former_counts(); }
    Result<HostUsage> usage() override { return maps_.usage(); }
    void forget_usage(std::span<const std::uint64_t> lives) override { maps_.forget_usage(lives); }
    LostEvents lost_events(weft_event_sort sort) override { return maps_.lost_events(sort); }
    Result<std::vector<Flow>> flows(std::string& position) override { return maps_.flows(position); }
    bool remove_flow(Flow& flow) override { return maps_.remove_flow(flow); }
    std::vector<FlowUse> flow_uses() override { return maps_.flow_uses(); }
    std::optional<FlowUse> flow_use(std::uint64_t record) override { return maps_.flow_use(record); }
    void set_removed_flows(std::uint64_t record, std::uint64_t removed) override {
        maps_.set_removed_flows(record, removed);
    }
    Result<std::vector<Reject>> rejects() override { return maps_.rejects(); }
    std::optional<Reject> remove_reject(const std::string& key) override { return maps_.remove_reject(key); }
    std::size_t flow_capacity() override { return maps_.flow_capacity(); }
    Result<TraceRun> trace(TraceHook hook, const std::string& frame, std::uint32_t ifindex) override;
    Result<void> capture(std::uint64_t record, std::uint32_t snaplen, std::uint32_t directions) override;
    std::uint64_t lost_captures(std::uint64_t record) override { return captures_->lost(record); }
    void drain_captures() override { captures_->drain(); }
    std::vector<int> descriptors() override;
    void on_readable(int descriptor) override;

private:
    KernelDatapath(const DatapathConfig& config, bpf::Load load, bpf::Maps maps, netlink::Socket socket,
                   netlink::Socket news, Namespaces namespaces);

    [[nodiscard]] Result<void> start();
    void swap_instances();
    [[nodiscard]] bool read_news();

    DatapathConfig config_;
    bpf::Load load_;
    bpf::Maps maps_;
    netlink::Socket socket_;  // requests
    netlink::Socket news_;    // notifications
    Namespaces namespaces_;
    netlink::Links links_;
    Uplinks uplinks_;
    std::unique_ptr<bpf::Events> events_;
    std::unique_ptr<bpf::Captures> captures_;
    std::optional<bpf::Tracer> tracer_;  // loaded at the first trace
    std::vector<std::string> features_;  // of the kernel: probed once
};

}  // namespace weft::agent
