// SPDX-License-Identifier: Apache-2.0
// The flow quotas of the records here, which share the table of flows.
#pragma once

#include <map>

#include "agent/flow/limits.h"
#include "agent/reconcile/wanted.h"

namespace weft::agent {

class Quotas {
public:
    // `wanted` must outlive it. `capacity`: of the table of flows.
    Quotas(Wanted& wanted, const FlowLimits& limits, std::size_t capacity)
        : wanted_(wanted), limits_(limits), capacity_(capacity) {}

    void added(const schema::Port& port);
    void removed(const schema::Port& port);
    // Before the writes: what the maps must hold.
    void refresh();

private:
    Wanted& wanted_;
    FlowLimits limits_;
    std::size_t capacity_;
    std::map<std::uint64_t, std::size_t> records_;  // attachments of each
    std::vector<EntryRef> granted_;
    bool changed_{false};
};

}  // namespace weft::agent
