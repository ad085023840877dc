// SPDX-License-Identifier: Apache-2.0
#include "coordinator/store/sqlite_statement.h"

namespace weft::coordinator::sqlite {

Error last_error(sqlite3* db, std::string_view file, std::string_view operation) {
    const int code = db == nullptr ? SQLITE_NOMEM : sqlite3_errcode(db);
    const std::string reason = db == nullptr ? "out of memory" : sqlite3_errmsg(db);
    Error error{ErrorCode::system, std::string(operation) + ": " + reason, std::string(file), 0};
    switch (code & 0xff) {
        case SQLITE_NOTADB:
            return damaged(std::string(file), "it is not an SQLite database, or its first page is damaged");
        case SQLITE_CORRUPT: return damaged(std::string(file), "it is damaged: " + reason);
        case SQLITE_FULL: error.code = ErrorCode::exhausted; break;
        default: error.sys_errno = db == nullptr ? 0 : sqlite3_system_errno(db); break;
    }
    return error;
}

Result<Database> Database::open(const std::string& file, int flags, const char* vfs) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &raw, flags, vfs);
    Database database;
    database.db_.reset(raw);
    database.file_ = file;
    if (code != SQLITE_OK) return last_error(raw, file, "open");
    sqlite3_extended_result_codes(raw, 1);
    return database;
}

Result<void> Database::run(const char* sql) const {
    if (sqlite3_exec(get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return last_error(get(), file_, sql);
    return {};
}

Result<std::int64_t> Database::integer(const char* sql) const {
    WEFT_TRY(auto statement, Statement::prepare(*this, sql));
    WEFT_TRY(const bool row, statement.step());
    return row ? statement.integer(0) : 0;
}

Result<std::string> Database::text(const char* sql) const {
    WEFT_TRY(auto statement, Statement::prepare(*this, sql));
    WEFT_TRY(const bool row, statement.step());
    return row ? statement.text(0) : std::string{};
}

Result<Statement> Statement::prepare(const Database& database, std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(database.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return last_error(database.get(), database.file(), sql);
    Statement statement;
    statement.statement_.reset(raw);
    statement.file_ = database.file();
    return statement;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto error = last_error(sqlite3_db_handle(statement_.get()), file_, sqlite3_sql(statement_.get()));
    sqlite3_reset(statement_.get());
    return error;
}

Result<void> Statement::run() {
    WEFT_TRY(const bool row, step());
    (void)row;
    reset();
    return {};
}

Result<bool> Statement::insert() {
    const int code = sqlite3_step(statement_.get());
    auto* db = sqlite3_db_handle(statement_.get());
    if (code == SQLITE_DONE) {
        reset();
        return true;
    }
    const bool duplicate = sqlite3_extended_errcode(db) == SQLITE_CONSTRAINT_PRIMARYKEY;
    auto error = last_error(db, file_, sqlite3_sql(statement_.get()));
    reset();
    if (duplicate) return false;
    return error;
}

std::string Statement::text(int column) const {
    const auto view = blob(column);
    return {view.begin(), view.end()};
}

std::span<const std::uint8_t> Statement::blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

schema::Bytes Statement::bytes(int column) const {
    const auto view = blob(column);
    return {view.begin(), view.end()};
}

void Statement::bind_one(int at, const std::string& value) {
    sqlite3_bind_text64(statement_.get(), at, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind_one(int at, const schema::Bytes& value) {
    // A null pointer would bind NULL instead of the empty blob.
    static const std::uint8_t empty = 0;
    sqlite3_bind_blob64(statement_.get(), at, value.empty() ? &empty : value.data(), value.size(),
                        SQLITE_STATIC);
}

}  // namespace weft::coordinator::sqlite
