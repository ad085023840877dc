// SPDX-License-Identifier: Apache-2.0
#include "agent/installation.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "agent/datapath/device_name.h"
#include "agent/report/counters_message.h"
#include "agent/report/host_report.h"
#include "agent/report/probe_packet.h"
#include "agent/report/trace_message.h"
#include "weft/base/log.h"

namespace weft::agent {

Installation::Installation(Datapath& datapath, StateFile file, std::vector<std::string> frameworks,
                           const FlowLimits& limits, std::chrono::seconds usage_interval, const Clock& clock)
    : datapath_(datapath),
      reconciler_(datapath, limits, clock),
      file_(std::move(file)),
      frameworks_(std::move(frameworks)),
      usage_(usage_interval) {
    read_report();
}

Result<void> Installation::adopt() {
    WEFT_TRY(const auto pinned, reconciler_.adopt());
    auto kept = file_.load();
    if (pinned == Installed{}) {
        log_info("agent", "nothing is installed yet");
    } else if (!kept) {
        log_warning("agent", "the desired set is not known: {}; everything stays as it is until a snapshot",
                    kept.error().message());
    } else if (auto same = kept->identity;
               same.revision = pinned.revision, same != pinned || kept->identity.revision < pinned.revision) {
        log_warning("agent",
                    "{} is of revision {}, installed is {}: everything stays as it is until a snapshot",
                    file_.path(), kept->identity.revision, pinned.revision);
    } else {
        log_info("agent", "adopted {} objects of revision {}", kept->desired.size(), pinned.revision);
        snapshot(std::move(kept->desired), kept->identity);
    }
    return {};
}

void Installation::environment_changed() {
    const auto outcome_before = outcome();
    const auto report_before = report_;
    reconciler_.environment_changed();
    read_report();
    tell_ports();
    if (on_change && (outcome() != outcome_before || report_ != report_before)) on_change();
}

void Installation::repair() {
    const auto before = outcome();
    reconciler_.repair();
    tell_ports();
    const auto report_before = report_;
    read_report();
    if (on_change && (outcome() != before || report_ != report_before)) on_change();
}

void Installation::read_report() { report_ = host_report(datapath_.report(), frameworks_); }

bool Installation::wants_snapshot() const {
    return !reconciler_.has_desired() || !outcome().needs_confirmation.empty();
}

void Installation::snapshot(DesiredSet desired, const Installed& identity) {
    if (reconciler_.snapshot(std::move(desired), identity).needs_confirmation.empty())
        keep(file_.replace(reconciler_.desired(), reconciler_.installed()));
    tell_ports();
}

void Installation::delta(Changes changes, std::uint64_t revision) {
    const auto kept = changes;
    if (reconciler_.delta(std::move(changes), revision).needs_confirmation.empty())
        keep(file_.append(kept, reconciler_.desired(), reconciler_.installed()));
    tell_ports();
}

void Installation::confirm() {
    if (reconciler_.confirm().needs_confirmation.empty())
        keep(file_.replace(reconciler_.desired(), reconciler_.installed()));
    tell_ports();
}

void Installation::tell_ports() {
    if (on_ports && reconciler_.has_desired()) on_ports();
    if (!reconciler_.take_detached()) return;
    usage_due_ = true;
    if (on_detach) on_detach();
}

void Installation::keep(const Result<void>& kept) {
    if (!kept) log_error("agent", "a restart will need a snapshot: {}", kept.error().message());
}

Result<std::vector<wire::Counters>> Installation::counters(const std::string& record) {
    Id id;
    if (!record.empty()) {
        WEFT_TRY(id, parse_id(record));
        if (id.kind != Kind::record) return invalid("record", "the id of a record was expected: " + record);
    }
    WEFT_TRY(const auto counters, datapath_.counters());
    WEFT_TRY(const auto drops, datapath_.drops());
    return counters_messages(record_counters(counters, drops, host_name(), id));
}

std::vector<wire::UsageReport> Installation::usage(bool all) {
    const auto usage = datapath_.usage();
    if (usage) return usage_.reports(*usage, all);
    log_error("agent", "no usage is reported: {}", usage.error().message());
    return {};
}

void Installation::usage_acknowledged(std::uint64_t number) {
    datapath_.forget_usage(usage_.acknowledged(number, std::chrono::steady_clock::now()));
}

Result<wire::TraceHop> Installation::trace(const wire::TraceRequest& request) {
    if (!request.packet.empty()) {
        const std::string frame(request.packet.begin(), request.packet.end());
        WEFT_TRY(const auto run, datapath_.trace(TraceHook::uplink, frame, 0));
        return trace_message(run, host_name());
    }
    WEFT_TRY(const auto record, parse_id(request.record));
    for (const auto& [key, port] : desired().of<schema::Port>()) {
        if (port.record != record) continue;
        const auto device = datapath_.device(device_name(port));
        if (!device)
            return Error{ErrorCode::conflict, "the record's device is not on this host", "record", 0};
        WEFT_TRY(const auto frame, probe_packet(port, request));
        WEFT_TRY(const auto run, datapath_.trace(TraceHook::instance, frame, device->ifindex));
        return trace_message(run, host_name());
    }
    return not_found("the record on this host: " + request.record);
}

// What is looked for is there before the ports say so, and goes after they no longer do.
Result<void> Installation::capture(Id record, std::uint32_t snaplen, std::uint32_t directions) {
    if (directions != 0) {
        WEFT_CHECK(datapath_.capture(record.value, snaplen, directions));
        if (reconciler_.capture(record, true)) return {};
        static_cast<void>(datapath_.capture(record.value, 0, 0));
        return not_found(to_string(record) + " is not attached on this host, " + host_name());
    }
    static_cast<void>(reconciler_.capture(record, false));
    return datapath_.capture(record.value, 0, 0);
}

const schema::Port* Installation::port_at(const Asker& asker) const {
    const schema::Port* found = nullptr;
    for (const auto& [key, port] : desired().of<schema::Port>()) {
        if (port.vlan != asker.vlan || port.station() != asker.mac) continue;
        const auto device = datapath_.device(device_name(port));
        if (!device || device->ifindex != asker.ifindex) continue;
        if (std::ranges::find(port.addresses, asker.address) != port.addresses.end()) return &port;
        if (found == nullptr || is_primary(port, *found)) found = &port;
    }
    return found;
}

std::vector<PlacedPort> Installation::placed_ports() const {
    std::map<std::pair<std::uint32_t, std::uint32_t>, const schema::Port*> primary;  // of device and tag
    for (const auto& [key, port] : desired().of<schema::Port>())
        if (const auto device = datapath_.device(device_name(port))) {
            auto& first = primary[{device->ifindex, port.vlan}];
            if (first == nullptr || is_primary(port, *first)) first = &port;
        }
    std::vector<PlacedPort> out;
    for (const auto& [where, port] : primary) out.push_back({port, where.first});
    return out;
}

std::string Installation::host_name() const {
    const auto* self = desired().find<schema::Peer>(to_string(Id{Kind::host, installed().host}));
    return self == nullptr ? std::string{} : self->name;
}

}  // namespace weft::agent
