// SPDX-License-Identifier: Apache-2.0
// cutting at the former host -> programming at a standby's -> announcing -> enabling -> attached. From the
// first step on the former host's renewals are refused; the record changes hands only when that host has
// installed the removal, or lets nothing pass any more because its lease is over. A standby's host that is
// lost in between is treated like the former one.
#include "coordinator/service/operation/operation.h"
#include "coordinator/service/standby.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Operation;
using schema::Phase;

Advance hand_over(const Operation& operation, const Cloud& cloud, const HostView& hosts,
                  const Attachment& former, std::uint64_t now_us) {
    const auto record = cloud.find<schema::Record>(former.record);
    auto taker = on_standby(cloud, hosts.hosts, *record, &former, operation.instance);
    if (!taker && operation.instance) taker = on_standby(cloud, hosts.hosts, *record, &former);
    if (!taker)
        return give_up_failover(operation, cloud, former, "no standby: " + taker.error().text, now_us);
    Draft draft{cloud, now_us};
    take_over(draft, *record, std::move(*taker), &former, operation);
    return {std::move(draft)};
}

}  // namespace

Operation begin_failover(const Attachment& former, std::string principal, std::string reason) {
    Operation operation;
    operation.id = new_id(Kind::operation);
    operation.kind = schema::OperationKind::failover;
    operation.record = former.record;
    operation.from_host = former.host;
    if (former.id) operation.attachments = {former.id};
    operation.principal = std::move(principal);
    operation.reason = std::move(reason);
    return operation;
}

Advance give_up_failover(const Operation& operation, const Cloud& cloud, const Attachment& attachment,
                         const std::string& why, std::uint64_t now_us) {
    Draft draft{cloud, now_us};
    const auto record = cloud.find<schema::Record>(attachment.record);
    wait_for_standby(draft, *record, attachment, operation.reason);
    return end_operation(std::move(draft), operation, operation.step + ": " + why, {});
}

Next next_failover(const Operation& operation, const Cloud& cloud, const HostView& hosts,
                   std::uint64_t now_us) {
    const auto attachments = members(operation, cloud);
    if (attachments.empty())
        return end_operation({cloud, now_us}, operation, operation.step + ": detached meanwhile", {});
    const auto& attachment = attachments.front();
    if (attachment->phase == Phase::cutting) {
        if (hosts.acked(attachment->host, written(cloud, *attachment)) || hosts.lapsed(*attachment))
            return hand_over(operation, cloud, hosts, *attachment, now_us);
        return Blocked{attachment->host};
    }
    if (hosts.silent(attachment->host) && hosts.lapsed(*attachment)) {
        Operation again = operation;
        again.instance = {};
        Draft draft{cloud, now_us};
        set_phase(draft, again, attachments, Phase::cutting);
        return Advance{std::move(draft)};
    }
    return next_attach(operation, cloud, hosts, now_us);
}

}  // namespace weft::coordinator
