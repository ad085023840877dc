// SPDX-License-Identifier: Apache-2.0
// Stored operations as a pure step function (design: operations, order of change). What a host must hold
// follows from the phases of schema/attachment.h; a step advances only when the hosts it needs have
// acknowledged the revision that wrote the phase. Steps are idempotent: after a crash the same function goes
// on from the store.
#pragma once

#include "coordinator/model/acknowledgements.h"
#include "coordinator/service/commit/draft.h"
#include "coordinator/service/leases.h"

namespace weft::coordinator {

struct Advance {
    Draft draft;
    // Not empty when the operation ends with it: for the audit log.
    std::string ended{};
    bool failed{false};
};
// Nothing to do until this host acknowledges or its session changes; without a host: until the cloud changes.
struct Blocked {
    Id host;
};
using Next = std::variant<Advance, Blocked>;

// What is known about hosts, and whether silence means anything yet: a coordinator that has just started
// gives every host the time to come back before it takes it for lost.
struct HostView {
    const Acknowledgements& hosts;
    bool settled;
    const Leases* leases{nullptr};  // none: no lease is ever over

    [[nodiscard]] bool acked(Id host, Revision revision) const { return hosts.installed(host) >= revision; }
    // It will not answer for now.
    [[nodiscard]] bool silent(Id host) const { return settled && !answers(hosts.session(host)); }
    // Its host lets nothing of it pass any more. Decide by it only what refuses its renewals, or with an
    // attachment whose renewals are refused.
    [[nodiscard]] bool lapsed(const schema::Attachment& attachment) const {
        return leases != nullptr && leases->lapsed(attachment);
    }
};

[[nodiscard]] Next next(const schema::Operation& operation, const Cloud& cloud, const HostView& hosts,
                        std::uint64_t now_us);

[[nodiscard]] Next next_attach(const schema::Operation& operation, const Cloud& cloud, const HostView& hosts,
                               std::uint64_t now_us);
[[nodiscard]] Next next_detach(const schema::Operation& operation, const Cloud& cloud, const HostView& hosts,
                               std::uint64_t now_us);
[[nodiscard]] Next next_move(const schema::Operation& operation, const Cloud& cloud, const HostView& hosts,
                             std::uint64_t now_us);

[[nodiscard]] Next next_failover(const schema::Operation& operation, const Cloud& cloud,
                                 const HostView& hosts, std::uint64_t now_us);

[[nodiscard]] Next next_addresses(const schema::Operation& operation, const Cloud& cloud,
                                  const HostView& hosts, std::uint64_t now_us);

[[nodiscard]] Next next_lifecycle(const schema::Operation& operation, const Cloud& cloud,
                                  const HostView& hosts, std::uint64_t now_us);

// Its attachments that still exist and that no other operation has taken over.
[[nodiscard]] std::vector<Ptr<schema::Attachment>> members(const schema::Operation& operation,
                                                           const Cloud& cloud);
// The revision that wrote the attachment as it is now.
[[nodiscard]] Revision written(const Cloud& cloud, const schema::Attachment& attachment);
// The first host that holds the mappings of the attachment's partition, is expected to answer, and has not
// installed `revision`; none when all have.
[[nodiscard]] Id unacknowledged_peer(const Cloud& cloud, const HostView& hosts,
                                     const schema::Attachment& attachment, Revision revision);
// Sets the phase of these, with the operation's step.
void set_phase(Draft& draft, schema::Operation& operation,
               const std::vector<Ptr<schema::Attachment>>& attachments, schema::Phase phase);
// A new failover from `former` (none: the record is nobody's), before its first step.
[[nodiscard]] schema::Operation begin_failover(const schema::Attachment& former, std::string principal,
                                               std::string reason);
// Nobody can have the record now: its attachment goes, and it waits for a standby.
[[nodiscard]] Advance give_up_failover(const schema::Operation& operation, const Cloud& cloud,
                                       const schema::Attachment& attachment, const std::string& why,
                                       std::uint64_t now_us);
[[nodiscard]] Advance end_operation(Draft draft, schema::Operation operation, const std::string& error,
                                    std::string text);

}  // namespace weft::coordinator
