// SPDX-License-Identifier: Apache-2.0
#include "coordinator/store/sqlite_migrations.h"

#include <array>

namespace weft::coordinator::sqlite {
namespace {

// Step i leads from schema i to i + 1. Appended, never edited: files out there have run them.
constexpr std::array steps{
    R"(
    CREATE TABLE meta (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        cluster INTEGER NOT NULL, epoch INTEGER NOT NULL,
        revision INTEGER NOT NULL, feed_floor INTEGER NOT NULL) STRICT;
    INSERT INTO meta VALUES (1, random() & 9223372036854775807 | 1, 1, 0, 0);
    CREATE TABLE object (
        kind INTEGER NOT NULL, id INTEGER NOT NULL, generation INTEGER NOT NULL, revision INTEGER NOT NULL,
        blob BLOB NOT NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
    CREATE TABLE claim (
        kind INTEGER NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL,
        holder_kind INTEGER NOT NULL, holder INTEGER NOT NULL,
        PRIMARY KEY (kind, scope, key)) STRICT, WITHOUT ROWID;
    CREATE TABLE change (
        revision INTEGER NOT NULL, number INTEGER NOT NULL, time_us INTEGER NOT NULL,
        kind INTEGER NOT NULL, id INTEGER NOT NULL, before BLOB, after BLOB,
        PRIMARY KEY (revision, number)) STRICT, WITHOUT ROWID;
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY, time_us INTEGER NOT NULL, principal TEXT NOT NULL, verb TEXT NOT NULL,
        target TEXT NOT NULL, code INTEGER NOT NULL, text TEXT NOT NULL, count INTEGER NOT NULL) STRICT;
    CREATE TABLE token (
        principal TEXT NOT NULL, token TEXT NOT NULL, request_hash BLOB NOT NULL, answer BLOB NOT NULL,
        time_us INTEGER NOT NULL, revision INTEGER NOT NULL,
        PRIMARY KEY (principal, token)) STRICT, WITHOUT ROWID;
    CREATE INDEX token_by_time ON token (time_us);
    )",
    R"(
    CREATE TABLE usage_state (
        only INTEGER PRIMARY KEY CHECK (only = 1), complete INTEGER NOT NULL) STRICT;
    INSERT INTO usage_state VALUES (1, 0);
    CREATE TABLE usage_record (
        record INTEGER PRIMARY KEY, name TEXT NOT NULL, partition INTEGER NOT NULL,
        partition_name TEXT NOT NULL, owner TEXT NOT NULL) STRICT;
    CREATE TABLE usage_span (
        record INTEGER NOT NULL, kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2), subject INTEGER NOT NULL,
        begin_us INTEGER NOT NULL CHECK (begin_us >= 0), account TEXT NOT NULL,
        end_us INTEGER CHECK (end_us >= begin_us),
        PRIMARY KEY (record, kind, subject, begin_us)) STRICT, WITHOUT ROWID;
    CREATE INDEX usage_span_by_end ON usage_span (end_us) WHERE end_us IS NOT NULL;
    CREATE TABLE usage_place (
        record INTEGER NOT NULL, host INTEGER NOT NULL, PRIMARY KEY (record, host)) STRICT, WITHOUT ROWID;
    CREATE TABLE usage_host (
        host INTEGER PRIMARY KEY, incarnation INTEGER NOT NULL, interval_us INTEGER NOT NULL,
        heard_us INTEGER NOT NULL) STRICT;
    CREATE TABLE usage_count (
        host INTEGER NOT NULL, life INTEGER NOT NULL, record INTEGER NOT NULL,
        tx_packets INTEGER NOT NULL CHECK (tx_packets >= 0), tx_bytes INTEGER NOT NULL CHECK (tx_bytes >= 0),
        rx_packets INTEGER NOT NULL CHECK (rx_packets >= 0), rx_bytes INTEGER NOT NULL CHECK (rx_bytes >= 0),
        tx_drops INTEGER NOT NULL CHECK (tx_drops >= 0), rx_drops INTEGER NOT NULL CHECK (rx_drops >= 0),
        gone INTEGER NOT NULL, heard_us INTEGER NOT NULL,
        PRIMARY KEY (host, life)) STRICT, WITHOUT ROWID;
    CREATE INDEX usage_count_gone ON usage_count (heard_us) WHERE gone = 1;
    CREATE TABLE usage_hour (
        record INTEGER NOT NULL, hour INTEGER NOT NULL, account TEXT NOT NULL,
        tx_packets INTEGER NOT NULL CHECK (tx_packets >= 0), tx_bytes INTEGER NOT NULL CHECK (tx_bytes >= 0),
        rx_packets INTEGER NOT NULL CHECK (rx_packets >= 0), rx_bytes INTEGER NOT NULL CHECK (rx_bytes >= 0),
        tx_drops INTEGER NOT NULL CHECK (tx_drops >= 0), rx_drops INTEGER NOT NULL CHECK (rx_drops >= 0),
        estimated INTEGER NOT NULL,
        PRIMARY KEY (record, hour, account)) STRICT, WITHOUT ROWID;
    CREATE INDEX usage_hour_by_hour ON usage_hour (hour);
    )",
};

}  // namespace

int newest_schema() noexcept { return static_cast<int>(steps.size()); }

Result<void> check_schema(const Database& database) {
    WEFT_TRY(const auto application, database.integer("PRAGMA application_id"));
    WEFT_TRY(const auto tables, database.integer("SELECT count(*) FROM sqlite_schema"));
    if (application == 0 && tables == 0) return {};  // new and empty
    if (application != application_id)
        return invalid(database.file(), "it is an SQLite database of another program");
    WEFT_TRY(const auto version, database.integer("PRAGMA user_version"));
    if (version > newest_schema())
        return Error{ErrorCode::unsupported,
                     "its schema is " + std::to_string(version) + ", this program knows up to " +
                         std::to_string(newest_schema()) + ": install a newer weft-coordinator",
                     database.file(), 0};
    return {};
}

Result<void> migrate(const Database& database) {
    WEFT_TRY(const auto version, database.integer("PRAGMA user_version"));
    for (auto step = static_cast<std::size_t>(version); step < steps.size(); ++step) {
        const std::string sql = "BEGIN IMMEDIATE;" + std::string(steps[step]) +
                                "PRAGMA application_id=" + std::to_string(application_id) +
                                ";PRAGMA user_version=" + std::to_string(step + 1) + ";COMMIT;";
        if (auto done = database.run(sql.c_str()); !done) {
            auto error = done.error();
            error.text = "migration to schema " + std::to_string(step + 1) + " failed: " + error.text;
            (void)database.run("ROLLBACK");
            return error;
        }
    }
    return {};
}

}  // namespace weft::coordinator::sqlite
