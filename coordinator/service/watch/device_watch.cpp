// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/watch/device_watch.h"

#include <algorithm>

#include "coordinator/service/placement.h"
#include "coordinator/service/standby.h"

namespace weft::coordinator {

using schema::Attachment;
using schema::Record;
using schema::RecordStatus;

DeviceWatch::DeviceWatch(Ledger& ledger, const Acknowledgements& hosts, const Clock& clock)
    : ledger_(ledger), hosts_(hosts), clock_(clock) {
    for (const auto& [id, entry] : ledger_.cloud().table<Record>())
        if (!entry.object->repair.empty()) in_repair_.insert(entry.object->id);
    ledger_.subscribe([this](Revision, std::span<const Change> changes) {
        for (const auto& change : changes) note(change.before, change.after);
    });
}

void DeviceWatch::note(const Object& before, const Object& after) {
    if (const auto record = as<Record>(after); record && !record->repair.empty())
        in_repair_.insert(record->id);
    else if (const auto former = as<Record>(before); former && !former->repair.empty())
        in_repair_.erase(former->id);
}

void DeviceWatch::on_ack(Id host) {
    for (const Id id : hosts_.lost(host))
        if (const auto attachment = ledger_.cloud().find<Attachment>(id)) look(attachment->record);
    const auto in_repair = in_repair_;
    for (const Id record : in_repair)
        for (const auto& attachment : ledger_.cloud().attachments_of_record(record))
            if (attachment->host == host) look(record);
}

void DeviceWatch::on_tick() {
    const auto in_repair = in_repair_;
    for (const Id record : in_repair) look(record);
}

// Of a record on several instances all must have failed: else its traffic has where to go.
void DeviceWatch::look(Id id) {
    const auto record = ledger_.cloud().find<Record>(id);
    if (!record) return;
    const auto attachments = ledger_.cloud().attachments_of_record(id);
    Ptr<Attachment> failed;
    bool works = attachments.empty();
    for (const auto& attachment : attachments) {
        if (attachment->phase != schema::Phase::attached) continue;
        // What is not running has none, or one without a carrier.
        const auto instance = ledger_.cloud().find<schema::Instance>(attachment->instance);
        if (instance && !takes_ports(*instance)) return;
        if (!answers(hosts_.session(attachment->host)) || hosts_.installed(attachment->host) == 0) return;
        const auto lost = hosts_.lost(attachment->host);
        if (std::ranges::find(lost, attachment->id) != lost.end())
            failed = attachment;
        else if (!hosts_.waiting(attachment->host, attachment->id))
            works = true;
    }
    if (works && !record->repair.empty()) return put(*record, RecordStatus::available, {}, {});
    if (works || !failed || record->status != RecordStatus::available) return;
    if (!record->standbys.empty() && on_standby(ledger_.cloud(), hosts_, *record, failed.get())) return;
    const auto host = ledger_.cloud().find<schema::Host>(failed->host);
    put(*record, RecordStatus::in_repair,
        "device " + failed->device + " on " + (host ? host->name : to_string(failed->host)) +
            " went away or lost its carrier",
        failed->host);
}

void DeviceWatch::put(Record record, RecordStatus status, std::string repair, Id host) {
    AuditRow row;
    row.time_us = clock_.unix_us();
    row.principal = host ? to_string(host) : std::string("coordinator");
    row.verb = host ? "device failed" : "device is back";
    row.target = to_string(record.id);
    row.text = host ? repair : record.repair;
    record.status = status;
    record.repair = std::move(repair);
    Draft draft{ledger_.cloud(), row.time_us};
    draft.put(record);
    // A lost race is looked at again: by the next acknowledgement, or the next tick.
    ledger_.commit(draft, {std::move(row)}, {}, [](const Result<Revision>&) {});
}

}  // namespace weft::coordinator
