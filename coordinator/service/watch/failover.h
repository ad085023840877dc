// SPDX-License-Identifier: Apache-2.0
// Leases, and who takes a record over when its host or device fails (row 2.11): starts the operations
// (operation_failover.cpp). Knows nothing that must outlive the process.
#pragma once

#include <map>
#include <set>

#include "coordinator/model/acknowledgements.h"
#include "coordinator/service/commit/ledger.h"
#include "coordinator/service/leases.h"

namespace weft::coordinator {

class Failover {
public:
    // After the ledger is loaded; all must outlive it. Silence of a host counts only `grace_ns` after this,
    // and after a pause of this process, in which nobody was heard.
    Failover(Ledger& ledger, const Acknowledgements& hosts, Leases& leases, const Clock& clock,
             std::uint64_t grace_ns = 5'000'000'000);

    // What the host asks for, answered.
    [[nodiscard]] wire::LeaseAnswer renew(Id host, const wire::LeaseRequest& request);
    // The host said something, connected or was lost.
    void on_ack(Id host);
    // About once a second.
    void on_tick();

    // Records that were taken over, or began to be.
    [[nodiscard]] std::uint64_t started() const noexcept { return started_; }
    // Renewals of leases that were refused.
    [[nodiscard]] std::uint64_t refused() const noexcept { return leases_.refused(); }

private:
    Ledger& ledger_;
    const Acknowledgements& hosts_;
    Leases& leases_;
    const Clock& clock_;
    std::uint64_t grace_ns_;
    std::uint64_t settled_at_;
    std::uint64_t awake_at_;                  // when this process was last seen at work
    std::set<Id> waiting_;                    // records for which a standby is looked for
    std::map<Id, std::uint64_t> not_before_;  // of those, when the next attempt is due
    std::set<Id> committing_;                 // records and attachments
    std::uint64_t started_{0};

    void notice_pause();
    void note(const Change& change);
    void look(Id record);
    void look_at(const schema::Record& record, const schema::Attachment& attachment);
    void take_detached(const schema::Record& record);
    void start(const schema::Record& record, const schema::Attachment& former, const std::string& reason);
    void commit(const Draft& draft, Id object, const schema::Record& record, const std::string& text);
    void confirm_held(Id host, const wire::LeaseRequest& request);
    [[nodiscard]] std::string failure(const schema::Attachment& attachment) const;
};

}  // namespace weft::coordinator
