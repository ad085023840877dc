// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/commit/ledger.h"

#include <future>

namespace weft::coordinator {

Result<void> Ledger::load() {
    const auto visit = [&](const StoredObject& stored) -> Result<void> {
        auto object = decode_object(stored.id, stored.blob);
        if (object && generation_of(*object) != stored.generation)
            object = damaged(to_string(stored.id), "its stored bytes are of another generation");
        if (!object) {
            auto error = object.error();
            error.text = error.field + ": " + error.text;
            error.field = repository_.name();
            return error;
        }
        const Change change{stored.id, {}, std::move(*object)};
        cloud_.apply(stored.revision, std::span{&change, 1});
        return {};
    };
    cloud_.begin_load();
    WEFT_TRY(const auto revision, repository_.load(visit));
    cloud_.end_load();
    cloud_.apply(revision, {});
    return {};
}

void Ledger::commit(const Draft& draft, std::vector<AuditRow> audit, std::optional<TokenRow> token,
                    Completion completion) {
    auto transaction = draft.transaction();
    if (!transaction) {
        post_([completion = std::move(completion), error = transaction.error()] { completion(error); });
        return;
    }
    auto changes = draft.changes();
    auto taken = Reservations::taken(changes);
    if (!reservations_.fits(taken)) {
        blocked_.push_back(std::move(completion));
        return;
    }
    const auto ticket = reservations_.begin(std::move(taken));
    transaction->audit = std::move(audit);
    transaction->token = std::move(token);
    repository_.commit(std::move(*transaction),
                       [this, ticket, changes = std::move(changes),
                        completion = std::move(completion)](Result<Revision> result) mutable {
                           post_([this, ticket, changes = std::move(changes),
                                  completion = std::move(completion), result = std::move(result)] {
                               if (result && !changes.empty()) publish(*result, changes);
                               ended(ticket);
                               completion(result);
                           });
                       });
}

void Ledger::ended(Reservations::Ticket ticket) {
    reservations_.end(ticket);
    for (auto& completion : std::exchange(blocked_, {}))
        post_([completion = std::move(completion)] {
            completion(conflict("prefixes", "another request takes the same addresses: try again"));
        });
}

Result<Revision> Ledger::commit_now(const Draft& draft, std::vector<AuditRow> audit) {
    WEFT_TRY(auto transaction, draft.transaction());
    transaction.audit = std::move(audit);
    std::promise<Result<Revision>> done;
    repository_.commit(std::move(transaction),
                       [&](Result<Revision> result) { done.set_value(std::move(result)); });
    WEFT_TRY(const auto revision, done.get_future().get());
    publish(revision, draft.changes());
    return revision;
}

void Ledger::commit_usage(UsageChanges changes, std::uint64_t now_us, Completion completion) {
    Transaction transaction;
    transaction.usage = std::move(changes);
    transaction.time_us = now_us;
    repository_.commit(
        std::move(transaction), [this, completion = std::move(completion)](Result<Revision> result) mutable {
            post_([completion = std::move(completion), result = std::move(result)] { completion(result); });
        });
}

Result<void> Ledger::commit_usage_now(UsageChanges changes, std::uint64_t now_us) {
    Transaction transaction;
    transaction.usage = std::move(changes);
    transaction.time_us = now_us;
    std::promise<Result<Revision>> done;
    repository_.commit(std::move(transaction),
                       [&](Result<Revision> result) { done.set_value(std::move(result)); });
    WEFT_TRY(const auto revision, done.get_future().get());
    (void)revision;
    return {};
}

void Ledger::publish(Revision revision, std::span<const Change> changes) {
    cloud_.apply(revision, changes);
    for (const auto& subscriber : subscribers_) subscriber(revision, changes);
}

}  // namespace weft::coordinator
