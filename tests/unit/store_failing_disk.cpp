// SPDX-License-Identifier: Apache-2.0
// A disk whose fsync fails, put under SQLite as a VFS that passes everything else on to the default one.
#include <doctest/doctest.h>

#include <atomic>
#include <cstring>

#include "store_file.h"

using namespace weft;
using namespace weft::coordinator;
using namespace weft::test;

namespace {

std::atomic<bool> sync_fails{false};

// A file of ours is the default VFS's file behind a table of functions of its own.
struct File {
    sqlite3_file base;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real(); }

int sync(sqlite3_file* file, int flags) {
    return sync_fails ? SQLITE_IOERR_FSYNC : real(file)->pMethods->xSync(real(file), flags);
}

const sqlite3_io_methods methods{
    3,
    [](auto* f) { return real(f)->pMethods->xClose(real(f)); },
    [](auto* f, auto... a) { return real(f)->pMethods->xRead(real(f), a...); },
    [](auto* f, auto... a) { return real(f)->pMethods->xWrite(real(f), a...); },
    [](auto* f, auto... a) { return real(f)->pMethods->xTruncate(real(f), a...); },
    sync,
    [](auto* f, auto... a) { return real(f)->pMethods->xFileSize(real(f), a...); },
    [](auto* f, auto... a) { return real(f)->pMethods->xLock(real(f), a...); },
    [](auto* f, auto... a) { return real(f)->pMethods->xUnlock(real(f), a...); },
    [](auto* f, auto... a) { return real(f)->pMethods->xCheckReservedLock(real(f), a...); },
    [](auto* f, auto... a) { return real(f)->pMethods->xFileControl(real(f), a...); },
    [](auto* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    [](auto* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    [](auto* f, auto... a) { return real(f)->pMethods->xShmMap(real(f), a...); },
    [](auto* f, auto... a) { return real(f)->pMethods->xShmLock(real(f), a...); },
    [](auto* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    [](auto* f, auto... a) { return real(f)->pMethods->xShmUnmap(real(f), a...); },
    [](auto* f, auto... a) { return real(f)->pMethods->xFetch(real(f), a...); },
    [](auto* f, auto... a) { return real(f)->pMethods->xUnfetch(real(f), a...); },
};

const char* failing_vfs() {
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs copy = *sqlite3_vfs_find(nullptr);
        copy.zName = "weft-failing";
        copy.szOsFile += static_cast<int>(sizeof(File));
        copy.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
            auto* const plain = sqlite3_vfs_find(nullptr);
            const int result = plain->xOpen(plain, name, real(file), flags, out);
            file->pMethods = real(file)->pMethods == nullptr ? nullptr : &methods;
            return result;
        };
        return copy;
    }();
    static const int registered = sqlite3_vfs_register(&vfs, 0);
    REQUIRE(registered == SQLITE_OK);
    return vfs.zName;
}

}  // namespace

TEST_CASE("[8.2/fsync] when fsync fails the outcome is unknown to all, and the process is told to end") {
    StoreFile file;
    std::vector<std::string> fatal;
    {
        SqliteOptions options{file.path(), failing_vfs(), {}, {}};
        options.on_fatal = [&](const Error& error) { fatal.push_back(error.message()); };
        const auto store = SqliteRepository::open(std::move(options)).value();
        REQUIRE(commit(*store, creating({Kind::record, 1}, "one")));
        sync_fails = true;
        const auto failed = commit(*store, creating({Kind::record, 2}, "two"));
        REQUIRE(!failed);
        CHECK(failed.error().code == ErrorCode::unknown);
        // Even if the disk recovers: after this nothing may be acknowledged.
        sync_fails = false;
        CHECK(commit(*store, creating({Kind::record, 3}, "three")).error().code == ErrorCode::unknown);
    }
    CHECK(fatal.size() == 1);
    const auto objects = stored(*file.open());
    CHECK(objects.count({Kind::record, 1}) == 1);
    CHECK(objects.count({Kind::record, 3}) == 0);
}
