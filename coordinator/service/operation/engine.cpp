// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/operation/engine.h"

namespace weft::coordinator {
namespace {

using schema::Operation;
using schema::OperationState;

constexpr std::uint64_t kept_us = 24ULL * 3600 * 1000000;
constexpr std::size_t drops_at_once = 100;

bool is_open(const Operation& operation) {
    return operation.state == OperationState::running || operation.state == OperationState::compensating;
}

AuditRow audit_of(const Operation& operation, const Advance& advance) {
    return {advance.draft.now_us(),
            operation.principal,
            std::string(to_string(operation.kind)) + " ended",
            to_string(operation.id),
            static_cast<std::uint16_t>(advance.failed ? ErrorCode::conflict : ErrorCode{}),
            advance.ended,
            1};
}

}  // namespace

Engine::Engine(Ledger& ledger, const Acknowledgements& hosts, const Clock& clock, std::uint64_t grace_ns,
               const Leases* leases)
    : ledger_(ledger),
      hosts_(hosts),
      clock_(clock),
      leases_(leases),
      settled_at_(clock.boot_ns() + grace_ns) {
    ledger_.subscribe([this](Revision, std::span<const Change> changes) { on_commit(changes); });
}

void Engine::resume() {
    for (const Id id : ledger_.cloud().open_operations()) open_.try_emplace(id);
    evaluate_all([](const Open&) { return true; });
}

void Engine::on_commit(std::span<const Change> changes) {
    bool unblocks = false;  // operations that wait for no host wait for their instance
    for (const auto& change : changes) {
        if (as<schema::Instance>(change.after) || as<schema::Host>(change.after)) unblocks = true;
        // A host that is no longer the record's is not waited for.
        if (const auto attachment = as<schema::Attachment>(change.before))
            if (const auto record = ledger_.cloud().find<schema::Record>(attachment->record))
                evaluate(record->operation);
        const auto operation = as<Operation>(change.after);
        if (!operation) continue;
        if (!is_open(*operation)) {
            end(*operation);
            continue;
        }
        open_.try_emplace(operation->id);
        evaluate(operation->id);
    }
    if (unblocks) evaluate_all([](const Open& open) { return !open.blocked_on; });
}

void Engine::on_ack(Id host) {
    evaluate_all([&](const Open& open) { return open.blocked_on == host; });
}

void Engine::on_tick() {
    evaluate_all([](const Open&) { return true; });
    drop_old();
}

void Engine::evaluate_all(const std::function<bool(const Open&)>& which) {
    std::vector<Id> ids;
    for (const auto& [id, open] : open_)
        if (which(open) || open.committing) ids.push_back(id);
    for (const Id id : ids) evaluate(id);
}

void Engine::evaluate(Id id) {
    const auto at = open_.find(id);
    if (at == open_.end()) return;
    auto& open = at->second;
    if (open.committing) {
        open.again = true;
        return;
    }
    const auto operation = ledger_.cloud().find<Operation>(id);
    if (!operation || !is_open(*operation)) return;
    const HostView view{hosts_, clock_.boot_ns() >= settled_at_, leases_};
    auto step = next(*operation, ledger_.cloud(), view, clock_.unix_us());
    if (const auto* blocked = std::get_if<Blocked>(&step)) {
        open.blocked_on = blocked->host;
        return;
    }
    const auto& advance = std::get<Advance>(step);
    std::vector<AuditRow> audit;
    if (!advance.ended.empty()) audit.push_back(audit_of(*operation, advance));
    open.committing = true;
    open.again = false;
    const Revision seen = ledger_.cloud().revision();
    ledger_.commit(advance.draft, std::move(audit), {}, [this, id, seen](const Result<Revision>& result) {
        const auto entry = open_.find(id);
        if (entry == open_.end()) return;
        entry->second.committing = false;
        // After a conflict the cloud has moved on, and the step is computed again from what it is now. A
        // failure with nothing new waits for the next tick.
        if (result || entry->second.again || ledger_.cloud().revision() != seen) evaluate(id);
    });
}

void Engine::end(const Operation& operation) {
    const auto at = open_.find(operation.id);
    if (at == open_.end()) return;
    const auto waiters = std::move(at->second.waiters);
    open_.erase(at);
    for (const auto& waiter : waiters) waiter(operation);
}

void Engine::when_ended(Id id, Completion completion) {
    const auto operation = ledger_.cloud().find<Operation>(id);
    if (!operation) return;
    if (!is_open(*operation))
        completion(*operation);
    else
        open_[id].waiters.push_back(std::move(completion));
}

Id Engine::blocked_on(Id operation) const {
    const auto at = open_.find(operation);
    return at == open_.end() ? Id{} : at->second.blocked_on;
}

void Engine::drop_old() {
    const auto now_us = clock_.unix_us();
    Draft draft{ledger_.cloud(), now_us};
    std::size_t dropped = 0;
    for (const auto& [value, entry] : ledger_.cloud().table<Operation>()) {
        const auto& operation = *entry.object;
        if (is_open(operation) || operation.end_time + kept_us > now_us) continue;
        draft.erase(operation.id);
        if (++dropped == drops_at_once) break;
    }
    if (dropped > 0) ledger_.commit(draft, {}, {}, [](const Result<Revision>&) {});
}

}  // namespace weft::coordinator
