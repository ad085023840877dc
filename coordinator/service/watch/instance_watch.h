// SPDX-License-Identifier: Apache-2.0
// What drivers report of instances is stored: what was asked for is reached, or failed, or the instance
// changed by itself (row 2.13). The state is then what it really is, with the reason.
#pragma once

#include <map>

#include "coordinator/service/commit/ledger.h"
#include "weft/base/clock.h"
#include "weft/wire/message/session.h"

namespace weft::coordinator {

class InstanceWatch {
public:
    // Both must outlive it.
    InstanceWatch(Ledger& ledger, const Clock& clock) : ledger_(ledger), clock_(clock) {}

    // From the host's agent, any number of times. About another generation of the instance, or from a host
    // that it is not on, it says nothing.
    void take(Id host, const wire::InstanceReport& report);
    // About once a second: what could not be committed.
    void on_tick();

private:
    struct Said {
        Id host;
        wire::InstanceReport report;
    };

    Ledger& ledger_;
    const Clock& clock_;
    std::map<Id, Said> pending_;  // by instance

    void store(Id instance);
};

}  // namespace weft::coordinator
