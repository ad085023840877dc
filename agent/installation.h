// SPDX-License-Identifier: Apache-2.0
// What this host holds: the reconciler, its file and its datapath, as sessions and the local socket see them.
#pragma once

#include <functional>
#include <utility>

#include "agent/reconcile/reconciler.h"
#include "agent/report/usage_reporter.h"
#include "agent/service/advertiser.h"
#include "agent/service/asker.h"
#include "agent/session/target.h"
#include "agent/state_file.h"

namespace weft::agent {

class Installation final : public Target {
public:
    // `datapath` and `clock` must outlive it. `frameworks`: those to report; empty: all there are.
    Installation(Datapath& datapath, StateFile file, std::vector<std::string> frameworks,
                 const FlowLimits& limits = {}, std::chrono::seconds usage_interval = std::chrono::minutes{1},
                 const Clock& clock = system_clock);

    // Once, before anything else: takes over what is pinned, and the desired set if the file fits it.
    // Otherwise the next session brings a snapshot, and until then everything stays as it is.
    [[nodiscard]] Result<void> adopt();
    // After Datapath::on_change.
    void environment_changed();
    // Periodically.
    void repair();

    [[nodiscard]] const wire::Report& report() const override { return report_; }
    [[nodiscard]] Installed installed() const override { return reconciler_.installed(); }
    [[nodiscard]] bool wants_snapshot() const override;
    [[nodiscard]] Outcome outcome() const override { return reconciler_.outcome(); }
    void snapshot(DesiredSet desired, const Installed& identity) override;
    void delta(Changes changes, std::uint64_t revision) override;
    void confirm() override;
    [[nodiscard]] std::vector<wire::LeaseRequest> lease_requests() override {
        return reconciler_.lease_requests();
    }
    void lease_answered(const wire::LeaseAnswer& answer) override { reconciler_.lease_answered(answer); }
    [[nodiscard]] Result<std::vector<wire::Counters>> counters(const std::string& record) override;
    [[nodiscard]] std::vector<wire::UsageReport> usage(bool all) override;
    void usage_acknowledged(std::uint64_t number) override;
    [[nodiscard]] bool take_usage_due() override { return std::exchange(usage_due_, false); }
    [[nodiscard]] std::chrono::seconds usage_interval() const override { return usage_.interval(); }
    [[nodiscard]] Result<wire::TraceHop> trace(const wire::TraceRequest& request) override;

    // Directions are bits, 1 << weft_direction; none ends the capture. not_found: the record is not here.
    [[nodiscard]] Result<void> capture(Id record, std::uint32_t snaplen, std::uint32_t directions);

    [[nodiscard]] bool is_here(std::uint64_t attachment) const { return reconciler_.is_here(attachment); }
    // Whose packets are sampled as they pass.
    void watch(const Watched& watched) { reconciler_.watch(watched); }
    // The attachment that is answered: the asker's by its address, else the primary one of those that share
    // the device and the tag; null: none.
    [[nodiscard]] const schema::Port* port_at(const Asker& asker) const;
    // Every attachment whose device is here, of those that share one and a tag the primary one.
    [[nodiscard]] std::vector<PlacedPort> placed_ports() const;
    // The operator's name of this host; empty before the first session.
    [[nodiscard]] std::string host_name() const;
    [[nodiscard]] const DesiredSet& desired() const { return reconciler_.desired(); }
    [[nodiscard]] const Reconciler& reconciler() const { return reconciler_; }
    [[nodiscard]] const UsageReporter& usage_reporter() const { return usage_; }

    [[nodiscard]] std::vector<wire::InstanceReport> instances() const override {
        return instance_reports ? instance_reports() : std::vector<wire::InstanceReport>{};
    }
    // What instances() says.
    std::function<std::vector<wire::InstanceReport>()> instance_reports;
    // What outcome() or report() say has changed without a session's doing.
    std::function<void()> on_change;
    // Attachments went; their flows are garbage now.
    std::function<void()> on_detach;
    // Ports, or the devices they are on, may have come, gone or changed.
    std::function<void()> on_ports;

private:
    void read_report();
    void keep(const Result<void>& kept);
    void tell_ports();

    Datapath& datapath_;
    Reconciler reconciler_;
    StateFile file_;
    std::vector<std::string> frameworks_;
    wire::Report report_;
    UsageReporter usage_;
    bool usage_due_{false};
};

}  // namespace weft::agent
