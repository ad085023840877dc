// SPDX-License-Identifier: Apache-2.0
#include "coordinator/store/sqlite_open.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "coordinator/store/sqlite_migrations.h"

namespace weft::coordinator::sqlite {
namespace {

// flock on the file itself: it holds through any other name of the file, and ends with the process.
Result<Fd> lock(const std::string& file) {
    Fd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!fd) return system_error("open", file, errno);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return conflict(file, "another coordinator is using it");
        return system_error("flock", file, errno);
    }
    return fd;
}

Result<void> check_intact(const Database& database) {
    WEFT_TRY(const auto report, database.text("PRAGMA quick_check(1)"));
    if (report != "ok") return damaged(database.file(), "it is damaged: " + report);
    return {};
}

// Closing a damaged or foreign file must not write its log back into it.
void checkpoint_on_close(const Database& database, bool enabled) {
    sqlite3_db_config(database.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, enabled ? 0 : 1, nullptr);
}

}  // namespace

Result<Opened> open(const std::string& file, const char* vfs) {
    Opened opened;
    WEFT_TRY(opened.lock, lock(file));
    WEFT_TRY(opened.writer, Database::open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, vfs));
    const auto& writer = opened.writer;
    checkpoint_on_close(writer, false);
    WEFT_CHECK(check_schema(writer));
    WEFT_CHECK(check_intact(writer));
    checkpoint_on_close(writer, true);
    WEFT_CHECK(
        writer.run("PRAGMA journal_mode=WAL;"
                   "PRAGMA synchronous=FULL;"
                   "PRAGMA foreign_keys=ON;"
                   "PRAGMA cache_size=-65536;"
                   "PRAGMA journal_size_limit=67108864;"
                   "PRAGMA wal_autocheckpoint=4000;"));
    WEFT_CHECK(migrate(writer));
    WEFT_TRY(opened.reader, Database::open(file, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, vfs));
    return opened;
}

}  // namespace weft::coordinator::sqlite
