// SPDX-License-Identifier: Apache-2.0
// What a session knows of this host, and what it changes on it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/state/outcome.h"
#include "weft/wire/message/hello.h"
#include "weft/wire/message/lease.h"
#include "weft/wire/message/session.h"
#include "weft/wire/message/status.h"
#include "weft/wire/message/trace.h"
#include "weft/wire/message/usage.h"

namespace weft::agent {

class Target {
public:
    virtual ~Target() = default;

    // What this host can do; the same until something changed.
    [[nodiscard]] virtual const wire::Report& report() const = 0;
    // Whose state is in force; all zero on a fresh host.
    [[nodiscard]] virtual Installed installed() const = 0;
    // Deltas would not fit what is here: the desired set is not known, or a snapshot is held back.
    [[nodiscard]] virtual bool wants_snapshot() const = 0;
    [[nodiscard]] virtual Outcome outcome() const = 0;

    virtual void snapshot(DesiredSet desired, const Installed& identity) = 0;
    virtual void delta(Changes changes, std::uint64_t revision) = 0;
    // The operator accepts what is held back.
    virtual void confirm() = 0;

    // The leases that are to be renewed now; to be sent at once, since what is granted counts from this call.
    [[nodiscard]] virtual std::vector<wire::LeaseRequest> lease_requests() { return {}; }
    virtual void lease_answered(const wire::LeaseAnswer& answer) { static_cast<void>(answer); }

    // Of one record, by id, or of all (empty): one message or more, each of a size that can be sent.
    [[nodiscard]] virtual Result<std::vector<wire::Counters>> counters(const std::string& record) = 0;
    // What every counter of this host says (`all`) or those that changed since the coordinator had them, in
    // messages that can be sent, one at least: the coordinator hears that nothing did.
    [[nodiscard]] virtual std::vector<wire::UsageReport> usage(bool all) = 0;
    // The coordinator has this report.
    virtual void usage_acknowledged(std::uint64_t number) = 0;
    // Whether a report should not wait for the end of the interval; then no more.
    [[nodiscard]] virtual bool take_usage_due() = 0;
    [[nodiscard]] virtual std::chrono::seconds usage_interval() const = 0;

    // What there is to be said of instances that drivers run here.
    [[nodiscard]] virtual std::vector<wire::InstanceReport> instances() const { return {}; }

    // What this host would do with a packet; changes nothing.
    [[nodiscard]] virtual Result<wire::TraceHop> trace(const wire::TraceRequest& request) = 0;
};

}  // namespace weft::agent
