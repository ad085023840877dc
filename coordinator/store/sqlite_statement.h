// SPDX-License-Identifier: Apache-2.0
// Move-only owners of an SQLite connection and of its prepared statements, with Result instead of codes.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "weft/base/id.h"
#include "weft/base/result.h"
#include "weft/schema/field.h"

namespace weft::coordinator::sqlite {

// The connection's last failure: damaged (not a database, malformed), exhausted (full), else system.
// `file` names the database in it.
[[nodiscard]] Error last_error(sqlite3* db, std::string_view file, std::string_view operation);

class Database {
public:
    // `vfs`: SQLite's name of the operating system layer; null: the default one.
    [[nodiscard]] static Result<Database> open(const std::string& file, int flags, const char* vfs);

    [[nodiscard]] sqlite3* get() const noexcept { return db_.get(); }
    [[nodiscard]] const std::string& file() const noexcept { return file_; }
    // Statements without parameters, rows ignored.
    [[nodiscard]] Result<void> run(const char* sql) const;
    // The first column of the first row.
    [[nodiscard]] Result<std::int64_t> integer(const char* sql) const;
    [[nodiscard]] Result<std::string> text(const char* sql) const;

private:
    struct Close {
        void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
    };
    std::unique_ptr<sqlite3, Close> db_;
    std::string file_;
};

// A prepared statement. Bound memory must outlive the steps. Parameters are numbered from 1, columns from 0.
class Statement {
public:
    [[nodiscard]] static Result<Statement> prepare(const Database& database, std::string_view sql);

    // Forgets rows and parameters of the last use, then binds these in order.
    template <class... Values>
    Statement& bind(const Values&... values) {
        sqlite3_reset(statement_.get());
        int at = 0;
        (bind_one(++at, values), ...);
        return *this;
    }
    // Whether there is a row.
    [[nodiscard]] Result<bool> step();
    // Steps to the end; no rows are expected.
    [[nodiscard]] Result<void> run();
    // As run(), but a broken PRIMARY KEY is the answer `false`.
    [[nodiscard]] Result<bool> insert();
    void reset() noexcept { sqlite3_reset(statement_.get()); }

    [[nodiscard]] std::int64_t integer(int column) const {
        return sqlite3_column_int64(statement_.get(), column);
    }
    [[nodiscard]] std::uint64_t number(int column) const {
        return static_cast<std::uint64_t>(integer(column));
    }
    [[nodiscard]] bool is_null(int column) const {
        return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
    }
    [[nodiscard]] std::string text(int column) const;
    // Valid until the next step.
    [[nodiscard]] std::span<const std::uint8_t> blob(int column) const;
    [[nodiscard]] schema::Bytes bytes(int column) const;
    // Two columns: kind and value.
    [[nodiscard]] Id id(int column) const { return {static_cast<Kind>(integer(column)), number(column + 1)}; }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    std::string file_;

    template <class Value>
    requires std::is_integral_v<Value> || std::is_enum_v<Value>
    void bind_one(int at, const Value& value) {
        sqlite3_bind_int64(statement_.get(), at, static_cast<std::int64_t>(value));
    }
    void bind_one(int at, const std::string& value);
    void bind_one(int at, const schema::Bytes& value);
    void bind_one(int at, std::nullptr_t) { sqlite3_bind_null(statement_.get(), at); }
};

}  // namespace weft::coordinator::sqlite
