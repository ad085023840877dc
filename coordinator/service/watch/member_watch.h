// SPDX-License-Identifier: Apache-2.0
// Which instances of a shared record get flows (row 2.7): not one that does not run, whose device failed,
// or whose host is lost. Each attachment says why, so that its health is in the store like all that hosts are
// sent, and comes back with whatever it lacked.
#pragma once

#include <set>

#include "coordinator/model/acknowledgements.h"
#include "coordinator/service/commit/ledger.h"
#include "weft/base/clock.h"

namespace weft::coordinator {

class MemberWatch {
public:
    // After the ledger is loaded; all must outlive it.
    MemberWatch(Ledger& ledger, const Acknowledgements& hosts, const Clock& clock);

    // The host said something, connected or was lost.
    void on_ack(Id host);
    // About once a second: what changed in the cloud, and what could not be committed.
    void on_tick();

private:
    Ledger& ledger_;
    const Acknowledgements& hosts_;
    const Clock& clock_;
    std::set<Id> changed_;  // attachments

    void note(const Object& after);
    void look(Id attachment);
    [[nodiscard]] std::optional<std::string> failure(const schema::Attachment& attachment) const;
};

}  // namespace weft::coordinator
