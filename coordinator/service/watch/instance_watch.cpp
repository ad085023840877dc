// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/watch/instance_watch.h"

#include <vector>

namespace weft::coordinator {
namespace {

using schema::DriverState;
using schema::Instance;
using schema::InstanceState;

// Reports come when the driver has nothing left to do. What it does not know of cannot be booting.
InstanceState state_of(DriverState reported, InstanceState before) {
    if (before == InstanceState::terminated) return before;
    switch (reported) {
        case DriverState::running: return InstanceState::running;
        case DriverState::suspended: return InstanceState::suspended;
        case DriverState::unknown: return before == InstanceState::booting ? InstanceState::stopped : before;
        case DriverState::absent:
        case DriverState::prepared:
        case DriverState::stopped: return InstanceState::stopped;
    }
    return before;
}

// A repetition without a word does not take back why it is so.
Instance told(const Instance& before, const wire::InstanceReport& report) {
    Instance after = before;
    after.state = state_of(report.state, before.state);
    after.reported = report.state;
    if (!report.error.empty() || after != before) after.error = report.error;
    return after;
}

}  // namespace

void InstanceWatch::take(Id host, const wire::InstanceReport& report) {
    pending_[report.instance] = {host, report};
    store(report.instance);
}

void InstanceWatch::on_tick() {
    std::vector<Id> ids;
    for (const auto& [id, said] : pending_) ids.push_back(id);
    for (const Id id : ids) store(id);
}

void InstanceWatch::store(Id id) {
    const auto& [host, report] = pending_.at(id);
    const auto before = ledger_.cloud().find<Instance>(id);
    const bool concerns =
        before && before->host == host && !before->driver.empty() && before->generation == report.generation;
    const auto after = concerns ? told(*before, report) : Instance{};
    if (!concerns || after == *before) {
        pending_.erase(id);
        return;
    }
    AuditRow row;
    row.time_us = clock_.unix_us();
    row.principal = to_string(host);
    row.verb = "driver " + before->driver;
    row.target = to_string(id);
    row.text = std::string(to_string(after.reported)) + (after.error.empty() ? "" : ": " + after.error);
    Draft draft{ledger_.cloud(), row.time_us};
    draft.put(after);
    // Stored, the instance has another generation, and what is pending is dropped by the next tick.
    ledger_.commit(draft, {std::move(row)}, {}, [](const Result<Revision>&) {});
}

}  // namespace weft::coordinator
