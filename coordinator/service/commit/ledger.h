// SPDX-License-Identifier: Apache-2.0
// Cloud and repository together: a draft is committed, and once it is durable the cloud has it and
// subscribers hear of it, all on the main thread in the order of revisions.
#pragma once

#include "coordinator/service/commit/draft.h"
#include "coordinator/service/commit/reservations.h"

namespace weft::coordinator {

class Ledger {
public:
    // Runs a function later on the main thread, in the order given; callable from any thread.
    using Post = std::function<void(std::function<void()>)>;
    using Subscriber = std::function<void(Revision, std::span<const Change>)>;
    using Completion = std::function<void(Result<Revision>)>;

    // `repository` must be destroyed before this is.
    Ledger(Repository& repository, Post post) : repository_(repository), post_(std::move(post)) {}

    // Fills the cloud; before anything else. An object that does not decode is an error naming the repository
    // and the object.
    [[nodiscard]] Result<void> load();

    [[nodiscard]] const Cloud& cloud() const noexcept { return cloud_; }
    [[nodiscard]] Repository& repository() noexcept { return repository_; }

    // Called after every commit that changed objects, when the cloud has it and before its completion.
    void subscribe(Subscriber subscriber) { subscribers_.push_back(std::move(subscriber)); }

    void post(std::function<void()> function) { post_(std::move(function)); }

    // `completion` runs on the main thread, never inside this call. conflict, beside what the store finds:
    // takes a prefix or addresses that another commit under way takes.
    void commit(const Draft& draft, std::vector<AuditRow> audit, std::optional<TokenRow> token,
                Completion completion);

    // What changes no object: for the ledger of usage. `completion` as above.
    void commit_usage(UsageChanges changes, std::uint64_t now_us, Completion completion);

    // The same as commit() at start, while nothing else runs: waits until it is durable.
    [[nodiscard]] Result<Revision> commit_now(const Draft& draft, std::vector<AuditRow> audit);
    [[nodiscard]] Result<void> commit_usage_now(UsageChanges changes, std::uint64_t now_us);

private:
    Repository& repository_;
    Post post_;
    Cloud cloud_;
    std::vector<Subscriber> subscribers_;
    Reservations reservations_;
    std::vector<Completion> blocked_;  // by what is under way; told so when a part of that has ended

    void ended(Reservations::Ticket ticket);
    void publish(Revision revision, std::span<const Change> changes);
};

}  // namespace weft::coordinator
