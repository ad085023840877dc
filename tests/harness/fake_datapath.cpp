// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/fake_datapath.h"

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/compile.h"
#include "weft/abi/flow.h"

namespace weft::test {

using namespace weft::agent;

namespace {

bool is_count(MapId id) { return id == MapId::counter || id == MapId::flow_use || id == MapId::rate_state; }

void set_removed(std::string& value, std::uint64_t removed) {
    auto quota = from_bytes<weft_quota>(value);
    quota.removed = removed;
    value = to_bytes(quota);
}

}  // namespace

FakeDatapath::FakeDatapath() { capacity.fill(std::numeric_limits<std::size_t>::max()); }

void FakeDatapath::add_device(const std::string& name, std::uint32_t ifindex, bool peer_elsewhere) {
    devices[name] = {name, ifindex, "veth", *Mac::parse("02:00:00:00:00:01"), 1500, true, peer_elsewhere};
}

void FakeDatapath::remove_host_device(const std::string& name) {
    devices.erase(name);
    attached.erase(name);
}

void FakeDatapath::before_write() {
    if (writes_until_crash == 0) throw Crash{};
    --writes_until_crash;
}

Result<std::vector<Entry>> FakeDatapath::dump(MapId id) {
    std::vector<Entry> entries;
    for (const auto& [key, value] : map(id)) {
        entries.push_back({key, is_count(id) ? "" : value});
        if (id == MapId::quota) set_removed(entries.back().value, 0);
    }
    return entries;
}

std::vector<WriteFailure> FakeDatapath::put(MapId id, std::span<const Entry> entries) {
    std::vector<WriteFailure> failures;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        before_write();
        if (!map(id).contains(entries[i].key) && map(id).size() >= capacity[static_cast<std::size_t>(id)]) {
            failures.push_back({i, {ErrorCode::exhausted, "the map is full", {}, E2BIG}});
            continue;
        }
        const auto [present, added] = map(id).emplace(entries[i].key, entries[i].value);
        if (added || is_count(id)) {
            // What exists goes on counting.
        } else if (id == MapId::quota) {
            const auto removed = from_bytes<weft_quota>(present->second).removed;
            present->second = entries[i].value;
            set_removed(present->second, removed);
        } else {
            present->second = entries[i].value;
        }
        writes.push_back({id, entries[i].key, true});
    }
    return failures;
}

std::vector<WriteFailure> FakeDatapath::erase(MapId id, std::span<const std::string> keys) {
    for (const auto& key : keys) {
        before_write();
        map(id).erase(key);
        writes.push_back({id, key, false});
    }
    return {};
}

std::optional<Device> FakeDatapath::device(const std::string& name) {
    const auto found = devices.find(name);
    return found == devices.end() ? std::nullopt : std::optional(found->second);
}

Result<Path> FakeDatapath::path(const Address& remote, const Address&) {
    const auto found = paths.find(remote);
    if (found == paths.end())
        return Error{ErrorCode::unreachable, "no route to " + to_string(remote), {}, ENETUNREACH};
    return found->second;
}

Result<void> FakeDatapath::make_device(std::span<const schema::Port* const> ports) {
    const auto& port = *ports.front();
    if (helper_away) return Error{ErrorCode::unreachable, "the device helper does not answer", {}, 0};
    if (!namespaces.contains(port.netns))
        return not_found("network namespace '" + port.netns + "' does not exist");
    before_write();
    ++made_devices;
    if (!devices.contains(device_name(port))) add_device(device_name(port), next_ifindex_++, true);
    return {};
}

Result<void> FakeDatapath::remove_device(const std::string& name) {
    before_write();
    remove_host_device(name);
    return {};
}

Result<void> FakeDatapath::attach_instance(const Device& device) {
    before_write();
    attached.insert(device.name);
    return {};
}

Result<void> FakeDatapath::detach_instance(const Device& device) {
    before_write();
    attached.erase(device.name);
    return {};
}

std::vector<Device> FakeDatapath::instance_devices() {
    std::vector<Device> found;
    for (const auto& [name, device] : devices)
        if (attached.contains(name) || made_by_weft(name)) found.push_back(device);
    return found;
}

Result<void> FakeDatapath::repair_uplinks() {
    ++uplink_repairs;
    return {};
}

Result<std::vector<Flow>> FakeDatapath::flows(std::string& position) {
    std::vector<Flow> out;
    auto next = position.empty() ? flow_table.begin() : flow_table.upper_bound(position);
    for (; next != flow_table.end() && out.size() < flows_at_once; ++next) out.push_back(next->second);
    position = next == flow_table.end() ? std::string{} : out.back().key;
    return out;
}

bool FakeDatapath::remove_flow(Flow& flow) {
    before_write();
    const auto found = flow_table.find(flow.key);
    if (found == flow_table.end() || found->second.expires != flow.expires) return false;
    flow = found->second;
    flow_table.erase(found);
    return true;
}

std::vector<FlowUse> FakeDatapath::flow_uses() {
    std::vector<FlowUse> out;
    for (const auto& [key, value] : map(MapId::flow_use))
        if (const auto use = flow_use(from_bytes<std::uint64_t>(key))) out.push_back(*use);
    return out;
}

std::optional<FlowUse> FakeDatapath::flow_use(std::uint64_t record) {
    const auto quota = map(MapId::quota).find(to_bytes(record));
    if (quota == map(MapId::quota).end() || !map(MapId::flow_use).contains(to_bytes(record)))
        return std::nullopt;
    return FlowUse{record, flows_added[record], from_bytes<weft_quota>(quota->second).removed, 0,
                   unlogged[record]};
}

void FakeDatapath::set_removed_flows(std::uint64_t record, std::uint64_t removed) {
    before_write();
    if (const auto quota = map(MapId::quota).find(to_bytes(record)); quota != map(MapId::quota).end())
        set_removed(quota->second, removed);
}

Result<std::vector<Reject>> FakeDatapath::rejects() {
    std::vector<Reject> out;
    for (const auto& [key, reject] : reject_table) out.push_back(reject);
    return out;
}

std::optional<Reject> FakeDatapath::remove_reject(const std::string& key) {
    const auto node = reject_table.extract(key);
    return node.empty() ? std::nullopt : std::optional(node.mapped());
}

Result<Fd> FakeDatapath::open_punt() {
    return Error{ErrorCode::unsupported, "a datapath in memory has no tap", {}, 0};
}

void FakeDatapath::forget_usage(std::span<const std::uint64_t> lives) {
    std::erase_if(host_usage.counters, [&](const agent::UsageCounter& counter) {
        return counter.gone && std::ranges::find(lives, counter.life) != lives.end();
    });
}

}  // namespace weft::test
