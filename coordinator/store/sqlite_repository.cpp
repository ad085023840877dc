// SPDX-License-Identifier: Apache-2.0
#include "coordinator/store/sqlite_repository.h"

#include <algorithm>

#include "coordinator/store/sqlite_usage_read.h"

namespace weft::coordinator {
namespace {

using std::chrono::steady_clock;

// Bounds how long the first of a batch waits for the last.
constexpr std::size_t batch_limit = 512;

}  // namespace

Result<std::unique_ptr<SqliteRepository>> SqliteRepository::open(SqliteOptions options) {
    WEFT_TRY(auto opened, sqlite::open(options.file, options.vfs));
    WEFT_TRY(auto applier, sqlite::Applier::make(opened.writer));
    WEFT_TRY(auto pruner, sqlite::Pruner::make(opened.writer, options.retention));
    Statements own;
    WEFT_TRY(own.savepoint, sqlite::Statement::prepare(opened.writer, "SAVEPOINT request"));
    WEFT_TRY(own.rollback_to, sqlite::Statement::prepare(opened.writer, "ROLLBACK TO request"));
    WEFT_TRY(own.release, sqlite::Statement::prepare(opened.writer, "RELEASE request"));
    WEFT_TRY(own.set_revision, sqlite::Statement::prepare(opened.writer, "UPDATE meta SET revision=?"));
    WEFT_TRY(auto meta,
             sqlite::Statement::prepare(opened.reader, "SELECT cluster, epoch, revision FROM meta"));
    WEFT_TRY(const bool found, meta.step());
    if (!found) return damaged(options.file, "its meta table is empty");
    std::unique_ptr<SqliteRepository> repository{new SqliteRepository(
        std::move(options), std::move(opened), std::move(applier), std::move(pruner), std::move(own))};
    repository->cluster_ = meta.number(0);
    repository->epoch_ = meta.number(1);
    repository->revision_ = meta.number(2);
    repository->writer_ = std::thread([raw = repository.get()] { raw->write_loop(); });
    return repository;
}

SqliteRepository::SqliteRepository(SqliteOptions options, sqlite::Opened opened, sqlite::Applier applier,
                                   sqlite::Pruner pruner, Statements statements)
    : options_(std::move(options)),
      opened_(std::move(opened)),
      applier_(std::move(applier)),
      pruner_(std::move(pruner)),
      statements_(std::move(statements)) {}

SqliteRepository::~SqliteRepository() {
    {
        const std::lock_guard guard{mutex_};
        stop_ = true;
    }
    wake_.notify_one();
    if (writer_.joinable()) writer_.join();
}

void SqliteRepository::commit(Transaction transaction, Completion completion) {
    {
        const std::lock_guard guard{mutex_};
        queue_.push_back({std::move(transaction), std::move(completion), Revision{0}});
    }
    wake_.notify_one();
}

void SqliteRepository::write_loop() {
    bool healthy = true;
    for (;;) {
        std::deque<Request> batch;
        {
            std::unique_lock guard{mutex_};
            wake_.wait(guard, [&] { return stop_ || !queue_.empty(); });
            if (queue_.empty()) return;
            while (!queue_.empty() && batch.size() < batch_limit) {
                batch.push_back(std::move(queue_.front()));
                queue_.pop_front();
            }
        }
        if (healthy) {
            healthy = commit_batch(batch);
            continue;
        }
        for (auto& request : batch)
            request.completion(Error{ErrorCode::unknown, "the store has failed before", options_.file, 0});
    }
}

bool SqliteRepository::commit_batch(std::deque<Request>& batch) {
    const auto& db = opened_.writer;
    Revision revision = revision_;
    const auto begin = steady_clock::now();
    auto outcome = apply_batch(batch, revision);
    const auto applied = steady_clock::now();
    auto end = applied;
    bool known = true;
    if (!outcome) {
        // Nothing was committed: a rollback that works keeps the store usable (a full disk, for example).
        known = db.run("ROLLBACK").has_value();
    } else {
        outcome = db.run("COMMIT");
        end = steady_clock::now();
        if (!outcome) known = false;
    }
    if (outcome) {
        revision_ = revision;
    } else {
        Error error = outcome.error();
        if (!known) {
            error.code = ErrorCode::unknown;
            error.text = "the outcome of the commit is not known: " + error.text;
        }
        for (auto& request : batch) request.answer = error;
    }
    if (options_.on_batch) {
        Batch told{.time = end - begin, .sync = end - applied};
        for (const auto& request : batch)
            ++(request.answer ? told.committed : outcome ? told.refused : told.failed);
        options_.on_batch(told);
    }
    for (auto& request : batch) request.completion(std::move(request.answer));
    if (!known && options_.on_fatal) options_.on_fatal(outcome.error());
    return known;
}

Result<void> SqliteRepository::apply_batch(std::deque<Request>& batch, Revision& revision) {
    const auto& db = opened_.writer;
    WEFT_CHECK(db.run("BEGIN IMMEDIATE"));
    std::uint64_t now_us = 0;
    for (auto& request : batch) {
        WEFT_CHECK(apply_one(request, revision));
        now_us = std::max(now_us, request.transaction.time_us);
    }
    WEFT_CHECK(statements_.set_revision.bind(revision).run());
    return pruner_.prune(revision, now_us, 64 + 4 * batch.size());
}

Result<void> SqliteRepository::apply_one(Request& request, Revision& revision) {
    const Revision own = request.transaction.writes.empty() ? revision : revision + 1;
    WEFT_CHECK(statements_.savepoint.bind().run());
    auto applied = applier_.apply(request.transaction, own);
    if (!applied && applied.error().code != ErrorCode::conflict) return applied.error();
    if (!applied) {
        WEFT_CHECK(statements_.rollback_to.bind().run());
        request.answer = applied.error();
    } else {
        request.answer = own;
        revision = own;
    }
    return statements_.release.bind().run();
}

Result<Revision> SqliteRepository::load(const std::function<Result<void>(const StoredObject&)>& visit) {
    // One read transaction, so that objects and revision belong together.
    WEFT_CHECK(opened_.reader.run("BEGIN"));
    const auto read = [&]() -> Result<Revision> {
        WEFT_TRY(auto objects,
                 sqlite::Statement::prepare(opened_.reader,
                                            "SELECT kind, id, generation, revision, blob FROM object"
                                            " ORDER BY kind, id"));
        for (;;) {
            WEFT_TRY(const bool more, objects.step());
            if (!more) break;
            WEFT_CHECK(visit({objects.id(0), objects.number(2), objects.number(3), objects.blob(4)}));
        }
        WEFT_TRY(const auto revision, opened_.reader.integer("SELECT revision FROM meta"));
        return static_cast<Revision>(revision);
    };
    auto result = read();
    WEFT_CHECK(opened_.reader.run("COMMIT"));
    return result;
}

Result<std::vector<StoredChange>> SqliteRepository::changes(Revision after, std::size_t limit) {
    WEFT_TRY(const auto floor, opened_.reader.integer("SELECT feed_floor FROM meta"));
    if (after < static_cast<Revision>(floor))
        return not_found("changes after revision " + std::to_string(after) +
                         " are gone; the oldest kept is " + std::to_string(floor + 1));
    WEFT_TRY(auto rows, sqlite::Statement::prepare(
                            opened_.reader,
                            "SELECT revision, kind, id, before, after FROM change WHERE revision>?"
                            " ORDER BY revision, number"));
    rows.bind(after);
    std::vector<StoredChange> changes;
    for (;;) {
        WEFT_TRY(const bool more, rows.step());
        if (!more) break;
        StoredChange change{rows.number(0), rows.id(1), {}, {}};
        if (changes.size() >= limit && changes.back().revision != change.revision) break;
        if (!rows.is_null(3)) change.before = rows.bytes(3);
        if (!rows.is_null(4)) change.after = rows.bytes(4);
        changes.push_back(std::move(change));
    }
    return changes;
}

Result<std::optional<TokenRow>> SqliteRepository::token(const std::string& principal,
                                                        const std::string& token) {
    WEFT_TRY(auto row, sqlite::Statement::prepare(opened_.reader,
                                                  "SELECT request_hash, answer, time_us, revision FROM token"
                                                  " WHERE principal=? AND token=?"));
    row.bind(principal, token);
    WEFT_TRY(const bool found, row.step());
    if (!found) return std::optional<TokenRow>{};
    return std::optional{
        TokenRow{principal, token, row.bytes(0), row.bytes(1), row.number(2), row.number(3)}};
}

Result<std::optional<Id>> SqliteRepository::holder(ClaimKind kind, const std::string& scope,
                                                   const std::string& key) {
    WEFT_TRY(auto row,
             sqlite::Statement::prepare(
                 opened_.reader, "SELECT holder_kind, holder FROM claim WHERE kind=? AND scope=? AND key=?"));
    row.bind(kind, scope, key);
    WEFT_TRY(const bool found, row.step());
    return found ? std::optional{row.id(0)} : std::nullopt;
}

Result<std::vector<AuditRow>> SqliteRepository::audit(std::size_t limit) {
    WEFT_TRY(auto row, sqlite::Statement::prepare(opened_.reader,
                                                  "SELECT time_us, principal, verb, target, code, text, count"
                                                  " FROM audit ORDER BY number DESC LIMIT ?"));
    row.bind(limit);
    std::vector<AuditRow> rows;
    for (;;) {
        WEFT_TRY(const bool more, row.step());
        if (!more) return rows;
        rows.push_back({row.number(0), row.text(1), row.text(2), row.text(3),
                        static_cast<std::uint16_t>(row.integer(4)), row.text(5), row.number(6)});
    }
}

Result<bool> SqliteRepository::usage_complete() {
    WEFT_TRY(const auto complete, opened_.reader.integer("SELECT complete FROM usage_state"));
    return complete != 0;
}

Result<UsagePage> SqliteRepository::usage(const UsageQuery& query) const {
    return sqlite::read_usage(options_.file, options_.vfs, query);
}

}  // namespace weft::coordinator
