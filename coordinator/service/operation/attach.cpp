// SPDX-License-Identifier: Apache-2.0
// waiting -> programming -> announcing -> enabling -> attached. Until the announcement a failure compensates:
// no peer has heard of the attachment and its port does not transmit, so it is simply deleted.
#include "coordinator/service/kept_rules.h"
#include "coordinator/service/operation/operation.h"
#include "coordinator/service/placement.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Operation;
using schema::Phase;

Advance compensate(const Operation& operation, const Cloud& cloud, const Attachment& attachment,
                   const std::string& reason, std::uint64_t now_us) {
    if (operation.kind == schema::OperationKind::failover)
        return give_up_failover(operation, cloud, attachment, reason, now_us);
    Draft draft{cloud, now_us};
    draft.erase(attachment.id);
    (void)keep_rules(draft, attachment.instance, attachment.record, attachment.rules);
    if (operation.then_delete) erase_unless_held(draft, operation.then_delete);
    return end_operation(std::move(draft), operation, operation.step + ": " + reason, {});
}

// Programs as soon as the instance has a host that can be used, runs or boots, and stays there.
Next place(const Operation& operation, const Cloud& cloud, const HostView& hosts,
           const Ptr<Attachment>& attachment, std::uint64_t now_us) {
    const auto instance = cloud.find<schema::Instance>(attachment->instance);
    const auto record = cloud.find<schema::Record>(attachment->record);
    if (!instance || !record)
        return compensate(operation, cloud, *attachment, "its instance is gone", now_us);
    if (!takes_ports(*instance) || is_moving(cloud, *instance)) return Blocked{};
    const auto host = cloud.find<schema::Host>(attachment->at ? attachment->at : instance->host);
    if (!host) return Blocked{};
    if (!unusable(hosts.hosts, *host).empty()) return Blocked{host->id};
    if (const auto fits = check_placement(cloud, *record, *host); !fits)
        return compensate(operation, cloud, *attachment, fits.error().text, now_us);
    Draft draft{cloud, now_us};
    Attachment placed = *attachment;
    placed.host = host->id;
    begin_lease(placed, lease_of(*record), *host);
    Operation after = operation;
    after.to_host = host->id;
    set_phase(draft, after, {std::make_shared<Attachment>(placed)}, Phase::programming);
    draft.rely(instance->id);
    draft.rely(host->id);
    return Advance{std::move(draft)};
}

}  // namespace

Next next_attach(const Operation& operation, const Cloud& cloud, const HostView& hosts,
                 std::uint64_t now_us) {
    const auto attachments = members(operation, cloud);
    Operation after = operation;
    Draft draft{cloud, now_us};
    if (attachments.empty())
        return end_operation(std::move(draft), operation, operation.step + ": the attachment is gone", {});
    const auto& attachment = attachments.front();
    const Revision revision = written(cloud, *attachment);
    const bool installed = hosts.acked(attachment->host, revision);
    switch (attachment->phase) {
        case Phase::waiting: return place(operation, cloud, hosts, attachment, now_us);
        case Phase::programming:
            if (!installed) return Blocked{attachment->host};
            if (const auto reason = hosts.hosts.failure(attachment->host, attachment->id))
                return compensate(operation, cloud, *attachment, *reason, now_us);
            if (hosts.hosts.waiting(attachment->host, attachment->id)) return Blocked{attachment->host};
            set_phase(draft, after, attachments, Phase::announcing);
            return Advance{std::move(draft)};
        case Phase::announcing:
            if (const Id peer = unacknowledged_peer(cloud, hosts, *attachment, revision))
                return Blocked{peer};
            set_phase(draft, after, attachments, Phase::enabling);
            return Advance{std::move(draft)};
        case Phase::enabling:
            if (!installed) return Blocked{attachment->host};
            set_phase(draft, after, attachments, Phase::attached);
            return end_operation(std::move(draft), after, {}, "attached");
        default: break;
    }
    return end_operation(std::move(draft), operation, {}, "attached");
}

}  // namespace weft::coordinator
