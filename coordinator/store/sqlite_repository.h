// SPDX-License-Identifier: Apache-2.0
// The repository in one SQLite file (row 8.2): one writer thread, group commit.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "coordinator/store/repository.h"
#include "coordinator/store/sqlite_apply.h"
#include "coordinator/store/sqlite_open.h"
#include "coordinator/store/sqlite_prune.h"

namespace weft::coordinator {

// What became of a group commit.
struct Batch {
    std::size_t committed{0};
    std::size_t refused{0};  // conflicts
    std::size_t failed{0};   // with all others of the batch, for a reason of the store
    std::chrono::nanoseconds time{0};
    std::chrono::nanoseconds sync{0};  // of `time`: making it durable; 0 if that was not reached
};

struct SqliteOptions {
    std::string file;
    const char* vfs{nullptr};  // SQLite's name of the operating system layer; null: the default one
    sqlite::Retention retention{};
    // Called once on the writer's thread after a COMMIT whose outcome cannot be known, when all waiting
    // requests are answered: end the process.
    std::function<void(const Error&)> on_fatal;
    // Called on the writer's thread after each group commit, before its answers.
    std::function<void(const Batch&)> on_batch{};
};

class SqliteRepository final : public Repository {
public:
    // Creates the file if there is none. Errors: sqlite_open.h.
    [[nodiscard]] static Result<std::unique_ptr<SqliteRepository>> open(SqliteOptions options);
    // Commits what is queued, answers it, and closes.
    ~SqliteRepository() override;

    void commit(Transaction transaction, Completion completion) override;
    [[nodiscard]] std::uint64_t cluster() const override { return cluster_; }
    [[nodiscard]] std::uint64_t epoch() const override { return epoch_; }
    [[nodiscard]] const std::string& name() const override { return options_.file; }
    [[nodiscard]] Result<Revision> load(
        const std::function<Result<void>(const StoredObject&)>& visit) override;
    [[nodiscard]] Result<std::vector<StoredChange>> changes(Revision after, std::size_t limit) override;
    [[nodiscard]] Result<std::optional<TokenRow>> token(const std::string& principal,
                                                        const std::string& token) override;
    [[nodiscard]] Result<std::optional<Id>> holder(ClaimKind kind, const std::string& scope,
                                                   const std::string& key) override;
    [[nodiscard]] Result<std::vector<AuditRow>> audit(std::size_t limit) override;
    [[nodiscard]] Result<bool> usage_complete() override;
    [[nodiscard]] Result<UsagePage> usage(const UsageQuery& query) const override;

private:
    struct Request {
        Transaction transaction;
        Completion completion;
        Result<Revision> answer{Revision{0}};
    };

    // What every batch runs.
    struct Statements {
        sqlite::Statement savepoint, rollback_to, release, set_revision;
    };

    SqliteRepository(SqliteOptions options, sqlite::Opened opened, sqlite::Applier applier,
                     sqlite::Pruner pruner, Statements statements);

    SqliteOptions options_;
    sqlite::Opened opened_;
    sqlite::Applier applier_;
    sqlite::Pruner pruner_;
    Statements statements_;
    std::uint64_t cluster_{0};
    std::uint64_t epoch_{0};
    Revision revision_{0};  // the writer's

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Request> queue_;
    bool stop_{false};
    std::thread writer_;

    void write_loop();
    // Whether the store can go on.
    bool commit_batch(std::deque<Request>& batch);
    [[nodiscard]] Result<void> apply_batch(std::deque<Request>& batch, Revision& revision);
    [[nodiscard]] Result<void> apply_one(Request& request, Revision& revision);
};

}  // namespace weft::coordinator
