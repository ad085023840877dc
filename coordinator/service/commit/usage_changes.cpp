// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/commit/usage_changes.h"

namespace weft::coordinator {
namespace {

using schema::Attachment;
using schema::Operation;
using schema::Phase;
using schema::Record;

template <class FindPartition>
UsageRecord entry_of(const Record& record, FindPartition&& find) {
    const auto partition = find(record.partition);
    return {record.id, record.name, record.partition, partition ? partition->name : std::string{},
            record.owner};
}

UsageSpan span_of(const Record& record, bool begins) {
    return {UsageSpanKind::record, record.id, 0, begins, record.account};
}

UsageSpan span_of(const Attachment& attachment, bool begins) {
    return {UsageSpanKind::attachment, attachment.record, attachment.id.value, begins};
}

bool counts(const Attachment& attachment, const Ptr<Operation>& operation) {
    if (attachment.attach_time == 0) return false;
    const bool stopped = attachment.phase == Phase::cutting || attachment.phase == Phase::withdrawing;
    return !stopped || (operation && operation->kind == schema::OperationKind::move);
}

void change(UsageChanges& out, const Draft& draft, const Ptr<Record>& before, const Ptr<Record>& after) {
    const bool moved = before && after && before->account != after->account;
    if (before && (!after || moved)) out.spans.push_back(span_of(*before, false));
    if (!after) return;
    if (!before || before->name != after->name || before->owner != after->owner)
        out.records.push_back(
            entry_of(*after, [&](Id partition) { return draft.find<schema::Partition>(partition); }));
    if (!before || moved) out.spans.push_back(span_of(*after, true));
}

void change(UsageChanges& out, const Draft& draft, const Ptr<Attachment>& before,
            const Ptr<Attachment>& after) {
    const bool counted = before && counts(*before, draft.cloud().find<Operation>(before->operation));
    const bool counting = after && counts(*after, draft.find<Operation>(after->operation));
    if (counted && !counting) out.spans.push_back(span_of(*before, false));
    if (!after) return;
    if (!counted && counting) out.spans.push_back(span_of(*after, true));
    if (after->host && (!before || before->host != after->host))
        out.places.push_back({after->record, after->host});
}

}  // namespace

UsageChanges usage_changes(const Draft& draft, std::span<const Change> changes) {
    UsageChanges out;
    for (const auto& each : changes) {
        if (each.id.kind == Kind::record) change(out, draft, as<Record>(each.before), as<Record>(each.after));
        if (each.id.kind == Kind::attachment)
            change(out, draft, as<Attachment>(each.before), as<Attachment>(each.after));
        if (each.id.kind == Kind::host && is_null(each.after)) out.deleted_hosts.push_back(each.id);
    }
    return out;
}

void add_existing(UsageChanges& changes, const Cloud& cloud, const Record& record) {
    changes.records.push_back(
        entry_of(record, [&](Id partition) { return cloud.find<schema::Partition>(partition); }));
    changes.spans.push_back(span_of(record, true));
    changes.spans.back().begin_us = record.create_time;
    for (const auto& attachment : cloud.attachments_of_record(record.id)) {
        if (attachment->host) changes.places.push_back({record.id, attachment->host});
        if (!counts(*attachment, cloud.find<Operation>(attachment->operation))) continue;
        changes.spans.push_back(span_of(*attachment, true));
        changes.spans.back().begin_us = attachment->attach_time;
    }
}

}  // namespace weft::coordinator
