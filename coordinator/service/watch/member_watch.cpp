// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/watch/member_watch.h"

#include <algorithm>
#include <utility>

namespace weft::coordinator {

using schema::Attachment;
using schema::Instance;
using schema::InstanceState;

MemberWatch::MemberWatch(Ledger& ledger, const Acknowledgements& hosts, const Clock& clock)
    : ledger_(ledger), hosts_(hosts), clock_(clock) {
    for (const auto& [id, entry] : ledger_.cloud().table<Attachment>()) note(entry.object);
    ledger_.subscribe([this](Revision, std::span<const Change> changes) {
        for (const auto& change : changes) note(change.after);
    });
}

void MemberWatch::note(const Object& after) {
    if (const auto attachment = as<Attachment>(after)) {
        const auto record = ledger_.cloud().find<schema::Record>(attachment->record);
        if (record && !record->exclusive) changed_.insert(attachment->id);
    } else if (const auto instance = as<Instance>(after)) {
        for (const auto& one : ledger_.cloud().attachments_of_instance(instance->id)) note(one);
    }
}

void MemberWatch::on_ack(Id host) {
    for (const auto& attachment : ledger_.cloud().attachments_on_host(host)) {
        const auto record = ledger_.cloud().find<schema::Record>(attachment->record);
        if (record && !record->exclusive) look(attachment->id);
    }
}

void MemberWatch::on_tick() {
    for (const Id attachment : std::exchange(changed_, {})) look(attachment);
}

// Why it gets no flows; empty: it works; nothing: that is not known now.
std::optional<std::string> MemberWatch::failure(const Attachment& attachment) const {
    const auto& cloud = ledger_.cloud();
    const auto instance = cloud.find<Instance>(attachment.instance);
    if (instance && instance->state != InstanceState::running)
        return "instance " + instance->name + " is " + std::string(to_string(instance->state));
    const auto host = cloud.find<schema::Host>(attachment.host);
    const auto name = host ? host->name : to_string(attachment.host);
    const auto session = hosts_.session(attachment.host);
    if (session == schema::SessionState::lost) return "host " + name + " is lost";
    if (!answers(session) || hosts_.installed(attachment.host) == 0) return std::nullopt;
    const auto lost = hosts_.lost(attachment.host);
    if (std::ranges::find(lost, attachment.id) != lost.end())
        return "device " + attachment.device + " on " + name + " went away or lost its carrier";
    if (hosts_.waiting(attachment.host, attachment.id))
        return "device " + attachment.device + " on " + name + " is not there";
    return hosts_.failure(attachment.host, attachment.id).value_or(std::string{});
}

// What an operation works at is left to it, and looked at again when it is attached.
void MemberWatch::look(Id id) {
    const auto attachment = ledger_.cloud().find<Attachment>(id);
    if (!attachment || attachment->phase != schema::Phase::attached || attachment->operation) return;
    auto why = failure(*attachment);
    if (!why || *why == attachment->failed) return;
    AuditRow row;
    row.time_us = clock_.unix_us();
    row.principal = to_string(attachment->host);
    row.verb = why->empty() ? "member is back" : "member failed";
    row.target = to_string(id);
    row.text = why->empty() ? attachment->failed : *why;
    Attachment after = *attachment;
    after.failed = std::move(*why);
    Draft draft{ledger_.cloud(), row.time_us};
    draft.put(after);
    ledger_.commit(draft, {std::move(row)}, {}, [this, id](const Result<Revision>& done) {
        if (!done) changed_.insert(id);
    });
}

}  // namespace weft::coordinator
