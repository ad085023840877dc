// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/watch/failover.h"

#include <algorithm>

#include "coordinator/service/operation/operation.h"
#include "coordinator/service/standby.h"

namespace weft::coordinator {

using schema::Attachment;
using schema::Record;

namespace {

constexpr std::uint64_t longest_nap_ns = 3'000'000'000;
constexpr std::uint64_t retry_ns = 5'000'000'000;

}  // namespace

Failover::Failover(Ledger& ledger, const Acknowledgements& hosts, Leases& leases, const Clock& clock,
                   std::uint64_t grace_ns)
    : ledger_(ledger),
      hosts_(hosts),
      leases_(leases),
      clock_(clock),
      grace_ns_(grace_ns),
      settled_at_(clock.boot_ns() + grace_ns),
      awake_at_(clock.boot_ns()) {
    for (const auto& [id, entry] : ledger_.cloud().table<Record>())
        if (!entry.object->failover.empty()) waiting_.insert(entry.object->id);
    ledger_.subscribe([this](Revision, std::span<const Change> changes) {
        for (const auto& change : changes) note(change);
    });
}

void Failover::note(const Change& change) {
    if (const auto gone = as<Attachment>(change.before); gone && is_null(change.after)) {
        leases_.forget(gone->id);
        if (waiting_.contains(gone->record)) ledger_.post([this, id = gone->record] { look(id); });
    }
    if (const auto record = as<Record>(change.after); record && !record->failover.empty())
        waiting_.insert(record->id);
}

wire::LeaseAnswer Failover::renew(Id host, const wire::LeaseRequest& request) {
    confirm_held(host, request);
    return leases_.grant(ledger_.cloud(), host, request);
}

void Failover::confirm_held(Id host, const wire::LeaseRequest& request) {
    const auto& cloud = ledger_.cloud();
    for (const auto& lease : request.leases) {
        const auto attachment = cloud.find<Attachment>(lease.attachment);
        if (!attachment || attachment->host != host ||
            !confirms(*attachment, lease, hosts_.installed(host), written(cloud, *attachment)) ||
            !committing_.insert(attachment->id).second)
            continue;
        Attachment after = *attachment;
        after.lease_held = lease.seconds;
        Draft draft{cloud, clock_.unix_us()};
        draft.put(after);
        ledger_.commit(draft, {}, {},
                       [this, id = after.id](const Result<Revision>&) { committing_.erase(id); });
    }
}

void Failover::notice_pause() {
    const auto now = clock_.boot_ns();
    if (now - awake_at_ > longest_nap_ns) settled_at_ = now + grace_ns_;
    awake_at_ = now;
}

void Failover::on_ack(Id host) {
    notice_pause();
    for (const Id id : hosts_.lost(host))
        if (const auto attachment = ledger_.cloud().find<Attachment>(id)) look(attachment->record);
}

void Failover::on_tick() {
    notice_pause();
    const auto& cloud = ledger_.cloud();
    auto records = waiting_;
    for (const auto& [id, entry] : cloud.table<schema::Host>()) {
        if (answers(hosts_.session(entry.object->id))) continue;
        for (const auto& attachment : cloud.attachments_on_host(entry.object->id))
            if (attachment->lease_held != 0) records.insert(attachment->record);
    }
    for (const Id record : records) look(record);
}

// What is on its way somewhere is left alone: its operation sees to it.
void Failover::look(Id id) {
    const auto record = ledger_.cloud().find<Record>(id);
    const auto attachments = ledger_.cloud().attachments_of_record(id);
    if (!record || record->standbys.empty() || (attachments.empty() && record->failover.empty())) {
        waiting_.erase(id);
        not_before_.erase(id);
    } else if (attachments.empty()) {
        take_detached(*record);
    } else if (attachments.front()->phase == schema::Phase::attached && !attachments.front()->operation) {
        look_at(*record, *attachments.front());
    }
}

// Why a standby should have the record instead; empty: it should not, or must not yet.
std::string Failover::failure(const Attachment& attachment) const {
    const auto host = ledger_.cloud().find<schema::Host>(attachment.host);
    const auto name = host ? host->name : to_string(attachment.host);
    const auto session = hosts_.session(attachment.host);
    if (!answers(session)) {
        const bool over = clock_.boot_ns() >= settled_at_ && leases_.lapsed(attachment);
        return over ? "host " + name + " is " + std::string(to_string(session)) : std::string{};
    }
    const auto lost = hosts_.lost(attachment.host);
    if (std::ranges::find(lost, attachment.id) == lost.end()) return {};
    return "device " + attachment.device + " on " + name + " went away or lost its carrier";
}

void Failover::look_at(const Record& record, const Attachment& attachment) {
    if (const auto reason = failure(attachment); !reason.empty())
        start(record, attachment, reason);
    else if (record.failover.empty())
        waiting_.erase(record.id);
}

void Failover::start(const Record& record, const Attachment& former, const std::string& reason) {
    const auto& cloud = ledger_.cloud();
    if (!on_standby(cloud, hosts_, record, &former)) {
        waiting_.insert(record.id);
        return;
    }
    Draft draft{cloud, clock_.unix_us()};
    auto operation = begin_failover(former, "coordinator", reason);
    set_phase(draft, operation, {std::make_shared<Attachment>(former)}, schema::Phase::cutting);
    commit(draft, former.id, record, reason);
}

void Failover::take_detached(const Record& record) {
    const auto& cloud = ledger_.cloud();
    auto& due = not_before_[record.id];
    if (clock_.boot_ns() < due) return;
    auto taker = on_standby(cloud, hosts_, record, nullptr);
    if (!taker) return;
    Draft draft{cloud, clock_.unix_us()};
    auto operation = begin_failover({}, "coordinator", record.failover);
    operation.record = record.id;
    take_over(draft, record, std::move(*taker), nullptr, operation);
    due = clock_.boot_ns() + retry_ns;
    commit(draft, record.id, record, record.failover);
}

// A lost race is looked at again: by the next acknowledgement, or the next tick.
void Failover::commit(const Draft& draft, Id object, const Record& record, const std::string& text) {
    if (!committing_.insert(object).second) return;
    AuditRow row{clock_.unix_us(), "coordinator", "failover", to_string(record.id), 0, text, 1};
    ledger_.commit(draft, {std::move(row)}, {}, [this, object](const Result<Revision>& result) {
        committing_.erase(object);
        if (result) ++started_;
    });
}

}  // namespace weft::coordinator
