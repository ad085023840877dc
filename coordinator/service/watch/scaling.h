// SPDX-License-Identifier: Apache-2.0
// Scaling rules at work (row 2.13): each keeps as many instances as it says, by the requests that a launch by
// hand sends. One request of a rule at a time, each a transaction; what comes next follows from what is
// stored (scaling_step.h), so nothing here must outlive the process.
#pragma once

#include <map>
#include <set>

#include "coordinator/service/scaling_place.h"
#include "coordinator/service/service.h"
#include "coordinator/service/watch/scaling_step.h"
#include "weft/wire/message/ack.h"

namespace weft::coordinator {

class Scaling {
public:
    // After the ledger is loaded; all must outlive it. `lost_ns`: for how long nothing is heard of a host
    // until its instances are replaced. What was not heard while this process was paused does not count.
    Scaling(Service& service, Ledger& ledger, const Acknowledgements& hosts, const Clock& clock,
            std::uint64_t lost_ns = 15'000'000'000);

    // About once a second.
    void on_tick();

private:
    struct State {
        bool busy{false};             // a request is under way
        bool refused{false};          // the last one was
        std::uint64_t failed_at{0};   // last
        std::uint64_t delay{0};       // after the next failure
        std::uint64_t not_before{0};  // the next instance
        HostFailures failures;
    };

    Service& service_;
    Ledger& ledger_;
    const Acknowledgements& hosts_;
    const Clock& clock_;
    std::uint64_t lost_ns_;
    std::uint64_t awake_at_;
    std::map<Id, std::uint64_t> silent_since_;  // hosts
    std::map<Id, State> states_;                // by rule
    std::set<Id> due_;

    void note(const Change& change);
    void post(Id rule);
    void look(Id rule);
    void watch_hosts();
    [[nodiscard]] std::string loss(Id host) const;
    void act(const schema::ScalingRule& rule, const ScalingStep& step);
    void create(const schema::ScalingRule& rule);
    void attach(const schema::ScalingRule& rule, const ScalingStep& step);
    void launch(const schema::ScalingRule& rule, const schema::Instance& instance);
    void terminate(const schema::ScalingRule& rule, const schema::Instance& instance);
    void forget(const schema::ScalingRule& rule, const schema::Instance& instance);
    // What is done with the answer to a request; `otherwise` when it was refused, before the next look.
    [[nodiscard]] Service::Done then(Id rule, std::function<void(const wire::Ack&)> otherwise);
    void fail(Id rule, const std::string& why, Id host = {});
    void tell(Id rule, const std::string& status);
};

}  // namespace weft::coordinator
