// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/acknowledgement_table.h"

#include <algorithm>
#include <utility>

namespace weft::coordinator {

using schema::DesiredKind;
using schema::SessionState;

namespace {

constexpr std::size_t most_owed = 4096;  // older ones are merged into the oldest

}  // namespace

void AcknowledgementTable::expect(Id host) { hosts_[host].heard_ns = clock_.boot_ns(); }

void AcknowledgementTable::opened(Id host) {
    auto& entry = hosts_[host];
    entry.open = true;
    entry.heard_ns = clock_.boot_ns();
    entry.refusal.clear();
    entry.latest = {};
    tell(host);
}

void AcknowledgementTable::closed(Id host) {
    hosts_[host].open = false;
    tell(host);
}

void AcknowledgementTable::heard(Id host) {
    auto& entry = hosts_[host];
    entry.heard_ns = clock_.boot_ns();
    if (entry.told == SessionState::lost) tell(host);
}

void AcknowledgementTable::owes(Id host, Revision revision) {
    auto& owed = hosts_[host].owed;
    if (owed.size() == most_owed)
        owed.back().revision = revision;
    else
        owed.push_back({revision, clock_.boot_ns()});
}

void AcknowledgementTable::installed(Id host, const wire::Installed& message) {
    auto& entry = hosts_[host];
    if (entry.latest == message) return;
    const auto now = clock_.boot_ns();
    while (!entry.owed.empty() && entry.owed.front().revision <= message.revision) {
        const auto took = now - entry.owed.front().since_ns;
        entry.convergence_us = took / 1000;
        entry.owed.pop_front();
        if (on_converged) on_converged(took);
    }
    entry.latest = message;
    tell(host);
}

void AcknowledgementTable::set_refusal(Id host, std::string text) {
    auto& entry = hosts_[host];
    if (entry.refusal == text) return;
    entry.refusal = std::move(text);
    tell(host);
}

void AcknowledgementTable::set_report(Id host, std::string text) {
    auto& entry = hosts_[host];
    if (entry.report == text) return;
    entry.report = std::move(text);
    tell(host);
}

void AcknowledgementTable::set_counts(Id host, const wire::UsageReport& report, std::uint64_t time_us) {
    auto& entry = hosts_[host];
    if (std::exchange(entry.incarnation, report.incarnation) != report.incarnation) entry.counts.clear();
    entry.counted_us = time_us;
    for (const auto& count : report.counts) {
        const auto known = entry.counts.find(count.record);
        if (!count.gone)
            entry.counts[count.record] = count;
        else if (known != entry.counts.end() && known->second.life == count.life)
            entry.counts.erase(known);
    }
}

schema::TrafficCounts AcknowledgementTable::counted(Id host, Id record) const {
    const auto* entry = find(host);
    if (!entry) return {};
    const auto at = entry->counts.find(record);
    if (at == entry->counts.end()) return {};
    const auto& c = at->second;
    return {c.tx_packets, c.tx_bytes, c.rx_packets, c.rx_bytes, c.tx_drops, c.rx_drops, entry->counted_us};
}

void AcknowledgementTable::forget(Id host) { hosts_.erase(host); }

void AcknowledgementTable::tick() {
    std::vector<Id> changed;
    for (const auto& [host, entry] : hosts_)
        if (state_of(entry) != entry.told) changed.push_back(host);
    for (const Id host : changed) tell(host);
}

void AcknowledgementTable::tell(Id host) {
    auto& entry = hosts_[host];
    entry.told = state_of(entry);
    for (const auto& listener : listeners_) listener(host);
}

SessionState AcknowledgementTable::state_of(const Entry& entry) const {
    if (entry.heard_ns == 0) return SessionState::never;
    const auto now = clock_.boot_ns();
    if (now - entry.heard_ns > lost_after_ns) return SessionState::lost;
    if (entry.open && entry.latest.needs_confirmation) return SessionState::needs_confirmation;
    const bool behind = !entry.owed.empty() && now - entry.owed.front().since_ns > lagging_after_ns;
    return entry.open && !behind ? SessionState::connected : SessionState::lagging;
}

const AcknowledgementTable::Entry* AcknowledgementTable::find(Id host) const {
    const auto at = hosts_.find(host);
    return at == hosts_.end() ? nullptr : &at->second;
}

SessionState AcknowledgementTable::session(Id host) const {
    const auto* entry = find(host);
    return entry == nullptr ? SessionState::never : state_of(*entry);
}

Revision AcknowledgementTable::installed(Id host) const {
    const auto* entry = find(host);
    return entry == nullptr ? 0 : entry->latest.revision;
}

std::optional<std::string> AcknowledgementTable::failure(Id host, Id attachment) const {
    if (const auto* entry = find(host))
        for (const auto& failed : entry->latest.failed)
            if (failed.kind == DesiredKind::port && failed.key == to_string(attachment)) return failed.reason;
    return std::nullopt;
}

bool AcknowledgementTable::waiting(Id host, Id attachment) const {
    const auto* entry = find(host);
    return entry != nullptr &&
           std::ranges::find(entry->latest.waiting, to_string(attachment)) != entry->latest.waiting.end();
}

std::vector<Id> AcknowledgementTable::lost(Id host) const {
    std::vector<Id> attachments;
    if (const auto* entry = find(host))
        for (const auto& key : entry->latest.lost)
            if (const auto id = parse_id(key); id && id->kind == Kind::attachment) attachments.push_back(*id);
    return attachments;
}

std::string AcknowledgementTable::problem(Id host) const {
    const auto* entry = find(host);
    if (entry == nullptr) return {};
    if (!entry->refusal.empty()) return entry->refusal;
    if (!entry->report.empty()) return entry->report;
    return entry->latest.problem;
}

std::uint64_t AcknowledgementTable::convergence_us(Id host) const {
    const auto* entry = find(host);
    return entry == nullptr ? 0 : entry->convergence_us;
}

std::vector<std::string> AcknowledgementTable::failures(Id host) const {
    std::vector<std::string> texts;
    if (const auto* entry = find(host))
        for (const auto& failed : entry->latest.failed)
            texts.push_back(std::string(schema::to_string(failed.kind)) + ' ' + failed.key + ": " +
                            failed.reason);
    return texts;
}

std::vector<std::string> AcknowledgementTable::waiting_objects(Id host) const {
    const auto* entry = find(host);
    return entry == nullptr ? std::vector<std::string>{} : entry->latest.waiting;
}

}  // namespace weft::coordinator
