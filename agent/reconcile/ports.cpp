// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/ports.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/datapath/device_name.h"
#include "agent/reconcile/bytes.h"
#include "weft/abi/local.h"
#include "weft/abi/port.h"
#include "weft/base/log.h"

namespace weft::agent {
namespace {

// Why an entry that another attachment has already cannot be this port's.
std::string conflict_text(const MapEntry& refused) {
    if (refused.map == MapId::local) {
        const auto key = from_bytes<weft_overlay_key>(refused.entry.key);
        return fmt::format("{} of this partition is delivered to another attachment here",
                           to_string(from_abi(key.address)));
    }
    if (refused.map == MapId::local_prefix) {
        const auto key = from_bytes<weft_overlay_prefix>(refused.entry.key);
        return fmt::format("the prefix of this partition at {} is delivered to another attachment here",
                           to_string(from_abi(key.address)));
    }
    return "another attachment on this device has the same source address";
}

// What may still come by itself: a namespace, a device, the helper, a name that a former host's device has.
bool may_come(const Error& error) {
    return error.code == ErrorCode::not_found || error.code == ErrorCode::unreachable ||
           error.code == ErrorCode::timeout || error.code == ErrorCode::conflict;
}

// By tag, of those with the same the primary one first.
std::vector<const schema::Port*> in_order(const std::set<std::string>& keys, const DesiredSet& desired) {
    std::vector<const schema::Port*> out;
    for (const auto& key : keys) out.push_back(desired.find<schema::Port>(key));
    std::ranges::sort(out, [](const auto* a, const auto* b) {
        return a->vlan == b->vlan ? is_primary(*a, *b) : a->vlan < b->vlan;
    });
    return out;
}

// What the primary one of a tag's ports sends as, if it may be installed.
weft_port sending_side(const std::vector<MapEntry>& entries, const schema::Port& port) {
    for (const auto& [map, entry] : entries) {
        if (map != MapId::port) continue;
        const auto value = from_bytes<weft_port>(entry.value);
        if (value.attachment == port.attachment.value) return value;
    }
    return {};
}

}  // namespace

void Ports::added(const schema::Port& port) {
    const auto name = device_name(port);
    units_[name].ports.insert(port.key());
    unused_.erase(name);
    marked_.insert(name);
}

void Ports::removed(const schema::Port& port) {
    const auto name = device_name(port);
    units_[name].ports.erase(port.key());
    common_.removed(port);
    problems_.clear(key_of(port));
    marked_.insert(name);
}

void Ports::capture(Id record, bool on) {
    if (on)
        captured_.insert(record);
    else
        captured_.erase(record);
}

void Ports::look() {
    for (const auto& [name, unit] : units_)
        if (!unit.complete || datapath_.device(name) != unit.device) marked_.insert(name);
}

void Ports::mark_all() {
    for (const auto& [name, unit] : units_) marked_.insert(name);
}

void Ports::sweep() {
    for (const auto& device : datapath_.instance_devices())
        if (!units_.contains(device.name)) unused_.insert(device.name);
}

// A device that exists goes on working while the helper is away.
Ports::Problem Ports::prepare(const std::string& name, Unit& unit, const PortList& ports) {
    if (name.empty()) return {"the attachment names no device", {}};
    Problem problem;
    if (!ports.front()->netns.empty() || ports.front()->bare)
        if (const auto made = datapath_.make_device(ports); !made)
            (may_come(made.error()) ? problem.waiting : problem.failed) = made.error().message();
    unit.device = datapath_.device(name);
    if (!unit.device) {
        if (problem.waiting.empty() && problem.failed.empty())
            problem.waiting = fmt::format("device '{}' does not exist on this host", name);
        return problem;
    }
    if (const auto attached = datapath_.attach_instance(*unit.device); !attached) {
        unit.device.reset();
        problem.failed = attached.error().message();
    }
    return problem;
}

// What comes for a record that is out of service is dropped for that reason, device or not.
void Ports::say_why(const schema::Port& port, std::vector<MapEntry>& fresh) {
    for (auto& entry : compile_port(port, Device{}, false).entries)
        if (entry.map == MapId::local || entry.map == MapId::local_prefix) fresh.push_back(std::move(entry));
}

void Ports::add(const schema::Port& port, const Unit& unit, bool shared, std::vector<MapEntry>& out,
                Problem& problem) {
    std::vector<MapEntry> fresh;
    compile(port, unit, shared, fresh, problem);
    common_.take(port, fresh);
    std::ranges::move(fresh, std::back_inserter(out));
}

// A port whose device or policies are missing keeps its counter only.
void Ports::compile(const schema::Port& port, const Unit& unit, bool shared, std::vector<MapEntry>& fresh,
                    Problem& problem) {
    fresh.push_back(compile_counter(port));
    const auto filter = policies_.answer(port);
    if (problem.failed.empty()) problem.failed = filter.failed;
    if (problem.waiting.empty()) problem.waiting = filter.waiting;
    if (!unit.device && (port.disabled || port.in_repair)) say_why(port, fresh);
    if (!unit.device || !filter.failed.empty() || !filter.waiting.empty()) return;
    const auto flags = watched_.flags(port.record.value) |
                       (captured_.contains(port.record) ? std::uint32_t{WEFT_PORT_CAPTURE} : 0);
    auto compiled =
        compile_port(port, *unit.device, shared, filter.ids, flags, leases_.expiry(port.attachment));
    if (!compiled.failed.empty()) problem.failed = compiled.failed;
    if (problem.failed.empty()) problem.failed = quotas_.refusal(port);
    std::ranges::move(compiled.entries, std::back_inserter(fresh));
}

void Ports::install(Unit& unit, const DesiredSet& desired) {
    std::vector<MapEntry> fresh;
    std::map<ObjectKey, Problem> problems;
    const auto ports = in_order(unit.ports, desired);
    for (auto first = ports.begin(); first != ports.end();) {
        const auto vlan = (*first)->vlan;
        const auto last = std::find_if(first, ports.end(), [&](const auto* p) { return p->vlan != vlan; });
        const bool shared = last - first > 1;
        for (auto at = first; at != last; ++at)
            add(**at, unit, shared, fresh, problems.emplace(key_of(**at), unit.problem).first->second);
        if (unit.device && shared)
            fresh.push_back(compile_shared_device(*unit.device, vlan, sending_side(fresh, **first)));
        first = last;
    }

    const auto refused = wanted_.replace(unit.granted, fresh);
    for (const auto& entry : refused) {
        std::erase(fresh, entry);
        if (const auto object = object_of(entry.map, entry.entry, 0))
            problems[*object].failed = conflict_text(entry);
    }
    unit.granted = refs_of(fresh);
    for (const auto& [object, problem] : problems)
        problems_.set(object, problem.failed, problem.waiting, unit.lost);
    unit.complete = unit.problem.failed.empty() && unit.problem.waiting.empty() && refused.empty();
}

void Ports::refresh(const DesiredSet& desired) {
    if (marked_.empty() && refiltered_.empty()) return;
    // An address that a marked device gives up may be what another one was refused.
    for (const auto& [name, unit] : units_)
        if (!unit.complete) marked_.insert(name);
    std::vector<std::string> names(marked_.begin(), marked_.end());
    std::ranges::set_difference(refiltered_, marked_, std::back_inserter(names));
    // Devices without ports first: what they give up is free for the others.
    std::stable_partition(names.begin(), names.end(),
                          [this](const auto& name) { return units_[name].ports.empty(); });
    for (const auto& name : names) {
        auto& unit = units_[name];
        if (marked_.contains(name)) {
            unit.device.reset();
            unit.problem = {};
            if (!unit.ports.empty()) unit.problem = prepare(name, unit, in_order(unit.ports, desired));
            const bool up = unit.device && unit.device->up;
            unit.lost = !up && (unit.lost || unit.worked);
            unit.worked = up;
        }
        install(unit, desired);
        if (!unit.ports.empty()) continue;
        units_.erase(name);
        unused_.insert(name);
    }
    common_.refresh();
    marked_.clear();
    refiltered_.clear();
}

void Ports::clean() {
    std::erase_if(unused_, [this](const std::string& name) {
        const auto device = datapath_.device(name);
        if (!device) return true;
        const auto done =
            made_by_weft(name) ? datapath_.remove_device(name) : datapath_.detach_instance(*device);
        if (!done) log_warning("reconcile", "device {}: {}", name, done.error().message());
        return done.has_value();
    });
}

}  // namespace weft::agent
