// SPDX-License-Identifier: Apache-2.0
// The agent's metrics, read where they are when they are asked for. Their table:
// packaging/dashboards/README.md.
#pragma once

#include "agent/reconcile/reconciler.h"
#include "agent/service/counts.h"
#include "weft/metrics/exposition.h"

namespace weft::agent {

struct SessionFigures {
    bool connected{false};
    std::uint64_t opened{0};     // sessions, since the start of this process
    std::uint64_t usage_age{0};  // seconds since the coordinator had the last report of usage
};

// With `records` also packets, bytes and drops of each record, in series of their own.
[[nodiscard]] metrics::Exposition agent_metrics(Datapath& datapath, const Reconciler& reconciler,
                                                const SessionFigures& session, const ServiceCounts& services,
                                                bool records);

}  // namespace weft::agent
