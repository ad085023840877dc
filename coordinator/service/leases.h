// SPDX-License-Identifier: Apache-2.0
// The leases of attachments as the coordinator grants them (row 2.11). A host counts a lease from when it
// sent the renewal, this from when it was answered, which is later; what was granted by a process before this
// one counts from the start of this one. In memory: all that must outlive the process is
// Attachment::lease_held.
#pragma once

#include <unordered_map>

#include "coordinator/model/cloud.h"
#include "weft/base/clock.h"
#include "weft/wire/message/lease.h"

namespace weft::coordinator {

class Leases {
public:
    // `clock` must outlive it.
    explicit Leases(const Clock& clock) : clock_(clock), started_(clock.boot_ns()) {}

    // Those of the request that may go on: attachments of this host that nobody is taking away. The answer is
    // to be sent afterwards.
    [[nodiscard]] wire::LeaseAnswer grant(const Cloud& cloud, Id host, const wire::LeaseRequest& request);
    // Whether the attachment's host lets nothing of it pass any more, whatever that host does. Stays so while
    // no renewal is granted.
    [[nodiscard]] bool lapsed(const schema::Attachment& attachment) const;
    // The attachment is gone.
    void forget(Id attachment) { granted_.erase(attachment); }

    // Renewals that were refused.
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

private:
    const Clock& clock_;
    std::uint64_t started_;
    std::unordered_map<Id, std::uint64_t> granted_;  // when last
    std::uint64_t refused_{0};
};

// What an attachment of the record is to carry: seconds, 0 without standbys.
[[nodiscard]] std::uint32_t lease_of(const schema::Record& record);
// The attachment gets this lease where its host has it already.
void change_lease(schema::Attachment& attachment, std::uint32_t seconds);
// The same where the host has yet to hear of it. A port that comes with a lease is fenced from the begin.
void begin_lease(schema::Attachment& attachment, std::uint32_t seconds, const schema::Host& host);
// Whether what the host says of the attachment means that no other lease than this is in force there: it has
// `installed` the attachment as it was `written` last.
[[nodiscard]] bool confirms(const schema::Attachment& attachment, const wire::LeaseState& says,
                            Revision installed, Revision written);
// Whether the host's agent fences what has a lease.
[[nodiscard]] bool knows_leases(const schema::Host& host);

}  // namespace weft::coordinator
