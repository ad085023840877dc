// SPDX-License-Identifier: Apache-2.0
// What a simulated agent holds: the desired set in memory, installed at once.
#pragma once

#include <utility>

#include "agent/session/target.h"

namespace weft::test {

class SimulatedTarget final : public agent::Target {
public:
    // What a test turns.
    wire::Report self{{"geneve/1", "vxlan/1"}, {}, 1500, {}};
    agent::Installed identity;            // installed before this process
    bool ask_snapshot{false};             // in the next hello
    bool keep_objects{true};              // false: thousands of agents in one process only count
    std::string ports_fail;               // why no port can be installed; empty: they can
    std::vector<agent::Report> pending;   // reported as waiting for a device
    std::string held_back;                // the guard's reason; until confirmed
    std::function<void()> before_commit;  // called before a commit takes effect
    std::vector<wire::Counters> counted{{}};
    wire::TraceHop hop;                   // what it answers to a trace
    std::vector<wire::UsageReport> used;  // what it reports at the begin of a session and when it is due
    bool usage_due{false};

    // What happened.
    std::vector<wire::TraceRequest> traces;
    agent::DesiredSet desired;
    std::size_t snapshots{0};
    std::size_t deltas{0};
    std::size_t puts{0};
    std::size_t deletes{0};
    std::size_t confirmations{0};
    std::vector<std::uint64_t> acknowledged;  // numbers of reports
    std::vector<std::string> order;           // "put mapping 1 10.1.2.3/32", "delete ...", of the last delta

    [[nodiscard]] const wire::Report& report() const override { return self; }
    [[nodiscard]] agent::Installed installed() const override { return identity; }
    [[nodiscard]] bool wants_snapshot() const override {
        return ask_snapshot || (keep_objects && desired.size() == 0);
    }
    [[nodiscard]] agent::Outcome outcome() const override;
    void snapshot(agent::DesiredSet set, const agent::Installed& of) override;
    void delta(agent::Changes changes, std::uint64_t revision) override;
    void confirm() override;
    [[nodiscard]] Result<std::vector<wire::Counters>> counters(const std::string& record) override;
    [[nodiscard]] std::vector<wire::UsageReport> usage(bool) override { return used; }
    void usage_acknowledged(std::uint64_t number) override { acknowledged.push_back(number); }
    [[nodiscard]] bool take_usage_due() override { return std::exchange(usage_due, false); }
    [[nodiscard]] std::chrono::seconds usage_interval() const override { return std::chrono::minutes(1); }
    [[nodiscard]] Result<wire::TraceHop> trace(const wire::TraceRequest& request) override;
};

}  // namespace weft::test
