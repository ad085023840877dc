// SPDX-License-Identifier: Apache-2.0
// A database that cannot be used is refused precisely, and stays as it was.
#include <doctest/doctest.h>

#include "coordinator/model/object.h"
#include "coordinator/service/commit/ledger.h"
#include "store_file.h"

using namespace weft;
using namespace weft::coordinator;
using namespace weft::test;

namespace {

Error refusal(const StoreFile& file) {
    const auto before = file.bytes();
    const auto opened = SqliteRepository::open({file.path(), nullptr, {}, {}});
    REQUIRE(!opened);
    CHECK(file.bytes() == before);
    CHECK(opened.error().field == file.path());
    return opened.error();
}

void run_sql(const StoreFile& file, const char* sql) {
    const auto db = sqlite::Database::open(file.path(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    db.value().run(sql).value();
}

void fill(const StoreFile& file, std::uint64_t objects) {
    const auto store = file.open();
    for (std::uint64_t i = 1; i <= objects; ++i)
        commit(*store, creating({Kind::record, i}, std::string(200, 'b'))).value();
}

}  // namespace

TEST_CASE("[8.2/alone] a second coordinator on the same file, by whatever name, refuses to start") {
    StoreFile file;
    const auto link = file.path() + "-link";
    {
        const auto store = file.open();
        CHECK(SqliteRepository::open({file.path(), nullptr, {}, {}}).error().text ==
              "another coordinator is using it");
        std::filesystem::create_symlink(file.path(), link);
        CHECK(SqliteRepository::open({link, nullptr, {}, {}}).error().code == ErrorCode::conflict);
        CHECK(commit(*store, creating({Kind::record, 1}, "still works")));
    }
    CHECK(SqliteRepository::open({link, nullptr, {}, {}}));
}

TEST_CASE("[8.2/newer] a newer schema is refused and unchanged") {
    StoreFile file;
    fill(file, 1);
    run_sql(file, "PRAGMA user_version=99");
    const auto error = refusal(file);
    CHECK(error.code == ErrorCode::unsupported);
    CHECK(error.text == "its schema is 99, this program knows up to 2: install a newer weft-coordinator");
}

TEST_CASE("[8.2/foreign] a file of another program, or no database at all, is refused and unchanged") {
    StoreFile text;
    text.write(std::string(5000, 'A'));
    CHECK(refusal(text).code == ErrorCode::damaged);
    StoreFile other;
    run_sql(other, "CREATE TABLE songs (title TEXT)");
    CHECK(refusal(other).text == "it is an SQLite database of another program");
}

TEST_CASE("[8.2/damaged] a damaged page is found at the start") {
    StoreFile file;
    fill(file, 300);
    auto bytes = file.bytes();
    REQUIRE(bytes.size() > 16384);
    // The content of every page from the third on: some of them hold tables.
    for (std::size_t at = 8192; at + 100 < bytes.size(); at += 4096) bytes.replace(at, 64, 64, '\xee');
    file.write(bytes);
    CHECK(refusal(file).code == ErrorCode::damaged);
    StoreFile cut;
    fill(cut, 300);
    cut.write(cut.bytes().substr(0, 20000));
    CHECK(refusal(cut).code == ErrorCode::damaged);
}

TEST_CASE("[8.2/undecodable] an object that does not decode is named with its file") {
    StoreFile file;
    const Id id{Kind::record, 0x2a};
    {
        const auto store = file.open();
        commit(*store, creating(id, "not attributes")).value();
    }
    auto store = file.open();
    Ledger ledger{*store, [](auto function) { function(); }};
    const auto loaded = ledger.load();
    REQUIRE(!loaded);
    CHECK(loaded.error().code == ErrorCode::damaged);
    CHECK(loaded.error().field == file.path());
    CHECK(loaded.error().text.find(to_string(id)) == 0);
    store.reset();
    CHECK(stored(*file.open()).at(id).second == "not attributes");
}
