// SPDX-License-Identifier: Apache-2.0
// The flows as their collector sees them.
#include <bpf/bpf.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <unordered_map>

#include "agent/datapath/bpf/maps.h"
#include "weft/abi/flow.h"

namespace weft::agent::bpf {
namespace {

constexpr std::size_t flows_at_once = 512;  // a quarter of a millisecond

std::uint64_t monotonic_ns() {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

void set_counts(const weft_flow& from, Flow& to) {
    const auto age = std::uint64_t{from.timeout} * 1'000'000'000;
    to.last = from.expires > age ? from.expires - age : from.created;
    for (std::size_t side = 0; side < to.packets.size(); ++side) {
        to.packets[side] = from.side[side].packets;
        to.bytes[side] = from.side[side].bytes;
    }
}

template <class T>
T copied(const std::string& bytes) {
    T out{};
    std::memcpy(&out, bytes.data(), sizeof(out));
    return out;
}

}  // namespace

Result<std::vector<Flow>> Maps::flows(std::string& position) const {
    std::vector<weft_flow_key> keys(flows_at_once);
    std::vector<weft_flow> values(flows_at_once);
    std::uint64_t next = 0;
    auto count = static_cast<__u32>(flows_at_once);
    const bool more = bpf_map_lookup_batch(flow_.fd.get(), position.empty() ? nullptr : position.data(),
                                           &next, keys.data(), values.data(), &count, nullptr) == 0;
    if (!more && errno != ENOENT) return failure(flow_, "read", errno);
    position = more ? std::string{reinterpret_cast<const char*>(&next), sizeof(next)} : std::string{};
    const auto now = monotonic_ns();
    std::vector<Flow> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto& flow = out[i];
        flow.key = {reinterpret_cast<const char*>(&keys[i]), sizeof(keys[i])};
        flow.record = keys[i].record;
        flow.attachment = values[i].attachment;
        flow.expires = values[i].expires;
        flow.expired = values[i].expires <= now;
        flow.created = values[i].created;
        set_counts(values[i], flow);
    }
    return out;
}

// A packet may have taken up the flow since it was read; then it goes back, unless another took its place.
bool Maps::remove_flow(Flow& flow) const {
    weft_flow value{};
    if (bpf_map_lookup_and_delete_elem(flow_.fd.get(), flow.key.data(), &value) != 0) return false;
    const bool unused = value.expires == flow.expires && value.attachment == flow.attachment;
    if (!unused && bpf_map_update_elem(flow_.fd.get(), flow.key.data(), &value, BPF_NOEXIST) == 0)
        return false;
    set_counts(value, flow);
    return true;
}

std::vector<FlowUse> Maps::flow_uses() const {
    std::vector<FlowUse> out;
    const auto uses = dump_batches(at(MapId::flow_use));
    const auto quotas = dump_batches(at(MapId::quota));
    if (!uses || !quotas) return out;
    std::unordered_map<std::string_view, const Entry*> quota_of;
    for (const auto& entry : *quotas) quota_of.emplace(entry.key, &entry);
    for (const auto& entry : *uses) {
        const auto quota = quota_of.find(entry.key);
        if (quota == quota_of.end()) continue;
        const auto use = copied<weft_flow_use>(entry.value);
        const auto removed = copied<weft_quota>(quota->second->value).removed;
        out.push_back({copied<std::uint64_t>(entry.key), use.added, removed, use.refused, use.unlogged});
    }
    return out;
}

std::optional<FlowUse> Maps::flow_use(std::uint64_t record) const {
    weft_flow_use use{};
    weft_quota quota{};
    if (bpf_map_lookup_elem(at(MapId::flow_use).fd.get(), &record, &use) != 0 ||
        bpf_map_lookup_elem(at(MapId::quota).fd.get(), &record, &quota) != 0)
        return std::nullopt;
    return FlowUse{record, use.added, quota.removed, use.refused, use.unlogged};
}

void Maps::set_removed_flows(std::uint64_t record, std::uint64_t removed) const {
    const int map = at(MapId::quota).fd.get();
    weft_quota quota{};
    if (bpf_map_lookup_elem(map, &record, &quota) != 0) return;
    quota.removed = removed;
    (void)bpf_map_update_elem(map, &record, &quota, BPF_EXIST);
}

Result<std::vector<Reject>> Maps::rejects() const {
    WEFT_TRY(const auto entries, dump_batches(reject_));
    std::vector<Reject> out;
    for (const auto& entry : entries) {
        const auto value = copied<weft_reject>(entry.value);
        out.push_back({entry.key, value.packets, value.bytes, value.first, value.last});
    }
    return out;
}

std::optional<Reject> Maps::remove_reject(const std::string& key) const {
    weft_reject value{};
    if (bpf_map_lookup_and_delete_elem(reject_.fd.get(), key.data(), &value) != 0) return std::nullopt;
    return Reject{key, value.packets, value.bytes, value.first, value.last};
}

}  // namespace weft::agent::bpf
