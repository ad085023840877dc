// SPDX-License-Identifier: Apache-2.0
// The flow quotas of the records here, which share the table of flows (row 4.6): what a record asks for is
// reserved as long as it leaves the others something, and those that ask for nothing share the rest.
#pragma once

#include <map>
#include <vector>

#include "agent/flow/limits.h"
#include "agent/reconcile/record_ports.h"
#include "agent/reconcile/wanted.h"

namespace weft::agent {

class Quotas {
public:
    // `wanted` must outlive it. `capacity`: of the table of flows.
    Quotas(Wanted& wanted, const FlowLimits& limits, std::size_t capacity)
        : wanted_(wanted), limits_(limits), capacity_(capacity) {}

    // Before the first refresh: what a former process granted, as dumped.
    void adopt(const std::vector<Entry>& installed);
    void added(const schema::Port& port) { ports_.added(port); }
    void removed(const schema::Port& port) { ports_.removed(port); }
    // Before the writes: what the maps must hold. The ports whose refusals came, went or changed.
    [[nodiscard]] RecordPorts::Keys refresh(const DesiredSet& desired);
    // Why the port's record keeps the quota that it had; empty: it has what it asks for.
    [[nodiscard]] std::string refusal(const schema::Port& port) const;

private:
    void reserve(const DesiredSet& desired);
    void grant(const DesiredSet& desired);

    Wanted& wanted_;
    FlowLimits limits_;
    std::size_t capacity_;
    RecordPorts ports_;
    std::map<std::uint64_t, std::uint32_t> reserved_;  // flows, by record
    std::map<std::uint64_t, std::string> refusals_;
    std::vector<EntryRef> granted_;
};

}  // namespace weft::agent
