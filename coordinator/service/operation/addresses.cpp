// SPDX-License-Identifier: Apache-2.0
// enabling at the record's hosts -> announcing to all of the partition -> withdrawing the former addresses ->
// settled (row 1.5). Until the last step both are accepted, so that senders switch without a gap; what is in
// both lists is touched by none. A host that cannot enable the new ones gets the former list back the same
// way. A lost host of the record is waited for: nobody else may have an address that it still answers for.
#include "coordinator/service/operation/operation.h"

namespace weft::coordinator {
namespace {

using schema::AddressStep;
using schema::Attachment;
using schema::Operation;
using schema::OperationState;
using schema::Record;

// The host whose acknowledgement the step still needs; none when it can go on. One that is being left counts
// until it has let go.
Id awaited(const Cloud& cloud, const HostView& hosts, const Record& record) {
    const Revision revision = cloud.table<Record>().revision(record.id);
    for (const auto& attachment : cloud.attachments_of_record(record.id)) {
        if (!attachment->host) continue;
        if (!hosts.acked(attachment->host, revision)) return attachment->host;
        if (record.address_step == AddressStep::enabling) continue;
        if (const Id peer = unacknowledged_peer(cloud, hosts, *attachment, revision)) return peer;
    }
    return {};
}

std::optional<std::string> failure(const Cloud& cloud, const HostView& hosts, const Record& record) {
    for (const auto& attachment : cloud.attachments_of_record(record.id))
        if (attachment->host)
            if (auto reason = hosts.hosts.failure(attachment->host, attachment->id)) return reason;
    return std::nullopt;
}

AddressStep step_after(AddressStep step) {
    switch (step) {
        case AddressStep::enabling: return AddressStep::announcing;
        case AddressStep::announcing: return AddressStep::withdrawing;
        default: return AddressStep::settled;
    }
}

}  // namespace

Next next_addresses(const Operation& operation, const Cloud& cloud, const HostView& hosts,
                    std::uint64_t now_us) {
    const auto record = cloud.find<Record>(operation.record);
    Draft draft{cloud, now_us};
    Operation after = operation;
    if (!record || record->operation != operation.id)
        return end_operation(std::move(draft), operation, operation.step + ": the record is gone", {});
    if (const Id host = awaited(cloud, hosts, *record)) return Blocked{host};
    Record changed = *record;
    changed.address_step = step_after(record->address_step);
    if (record->address_step == AddressStep::enabling)
        if (const auto reason = failure(cloud, hosts, *record)) {
            std::swap(changed.addresses, changed.former_addresses);
            std::swap(changed.prefixes, changed.former_prefixes);
            changed.address_step = AddressStep::withdrawing;
            after.state = OperationState::compensating;
            after.error = operation.step + ": " + *reason + "; it keeps its addresses";
        }
    after.step = to_string(changed.address_step);
    if (changed.address_step != AddressStep::settled) {
        draft.put(changed);
        draft.put(after);
        return Advance{std::move(draft)};
    }
    changed.former_addresses.clear();
    changed.former_prefixes.clear();
    changed.operation = {};
    draft.put(changed);
    return end_operation(std::move(draft), after, after.error, "changed addresses");
}

}  // namespace weft::coordinator
