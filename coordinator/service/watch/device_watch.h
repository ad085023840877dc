// SPDX-License-Identifier: Apache-2.0
// A device that fails under an attached record takes the record into repair, and the device's return takes it
// out again (row 1.15); with a standby that can have it, it goes there instead (failover.h). One that the
// operator took into repair stays there; what the operator says ends ours.
#pragma once

#include <set>

#include "coordinator/model/acknowledgements.h"
#include "coordinator/service/commit/ledger.h"
#include "weft/base/clock.h"

namespace weft::coordinator {

class DeviceWatch {
public:
    // After the ledger is loaded; all must outlive it.
    DeviceWatch(Ledger& ledger, const Acknowledgements& hosts, const Clock& clock);

    // The host said something, connected or was lost.
    void on_ack(Id host);
    // About once a second: what could not be committed, and records that were detached meanwhile.
    void on_tick();

private:
    Ledger& ledger_;
    const Acknowledgements& hosts_;
    const Clock& clock_;
    std::set<Id> in_repair_;  // records, by this

    void note(const Object& before, const Object& after);
    void look(Id record);
    void put(schema::Record record, schema::RecordStatus status, std::string repair, Id host);
};

}  // namespace weft::coordinator
