// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "store_file.h"

using namespace weft;
using namespace weft::coordinator;
using namespace weft::test;

namespace {

constexpr Id rec{Kind::record, 0xf000000000000001};  // ids use all 64 bits
constexpr Id h1{Kind::host, 5};
constexpr Id h2{Kind::host, 6};
constexpr std::uint64_t hour = usage_hour_us;
constexpr std::uint64_t noon = 490'000 * hour;

Transaction at(std::uint64_t time_us, UsageChanges changes) {
    Transaction transaction;
    transaction.usage = std::move(changes);
    transaction.time_us = time_us;
    return transaction;
}

UsageChanges created(const std::string& account = "a1") {
    UsageChanges changes;
    changes.records.push_back({rec, "r1", {Kind::partition, 9}, "blue", "ann"});
    changes.spans.push_back({UsageSpanKind::record, rec, 0, true, account});
    changes.places.push_back({rec, h1});
    return changes;
}

UsageChanges counted(std::uint64_t incarnation, std::uint64_t life, std::uint64_t packets, bool gone = false,
                     Id host = h1) {
    UsageChanges changes;
    changes.report = UsageReport{host, incarnation, 60'000'000, {}};
    changes.report->counts.push_back({life, rec, {packets, packets * 100, 0, 0, 0, 0}, gone});
    return changes;
}

UsageQuery until(std::uint64_t now) {
    UsageQuery query;
    query.now_us = now;
    query.limit = 10;
    return query;
}

UsageLine only_line(const Repository& store, const UsageQuery& query) {
    const auto page = store.usage(query).value();
    REQUIRE(page.lines.size() == 1);
    CHECK(!page.next);
    return page.lines.front();
}

void run(const StoreFile& file, const char* sql) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.path().c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
}

}  // namespace

TEST_CASE("[8.4/recurring] existence and attachment are counted to the microsecond, across a restart") {
    StoreFile file;
    auto store = file.open();
    REQUIRE(commit(*store, at(noon + 5, created())));
    UsageChanges attached;
    attached.spans.push_back({UsageSpanKind::attachment, rec, 3, true});
    REQUIRE(commit(*store, at(noon + 1005, attached)));
    store.reset();
    store = file.open();
    attached.spans.front().begins = false;
    REQUIRE(commit(*store, at(noon + 4005, attached)));
    UsageChanges deleted;
    deleted.spans.push_back({UsageSpanKind::record, rec, 0, false});
    REQUIRE(commit(*store, at(noon + hour + 5, deleted)));
    const auto line = only_line(*store, until(noon + 9 * hour));
    CHECK(line.record.name == "r1");
    CHECK(line.record.partition_name == "blue");
    CHECK(line.record.record == rec);
    CHECK(line.record_us == hour);
    CHECK(line.attached_us == 3000);
    auto later = until(noon + 9 * hour);
    later.from_us = noon + hour;
    CHECK(only_line(*store, later).record_us == 5);
    later.from_us = noon + 2 * hour;
    CHECK(store->usage(later)->lines.empty());
}

TEST_CASE("[8.4/account] time and counts are on the account that the record was on") {
    StoreFile file;
    const auto store = file.open();
    auto first = created();
    first.spans.push_back({UsageSpanKind::attachment, rec, 3, true});
    REQUIRE(commit(*store, at(noon, first)));
    REQUIRE(commit(*store, at(noon + 100, counted(1, 11, 7))));
    UsageChanges change;
    change.spans.push_back({UsageSpanKind::record, rec, 0, false, "a1"});
    change.spans.push_back({UsageSpanKind::record, rec, 0, true, "a2"});
    REQUIRE(commit(*store, at(noon + 400, change)));
    REQUIRE(commit(*store, at(noon + 500, counted(1, 11, 10))));
    const auto lines = store->usage(until(noon + 1000))->lines;
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].account == "a1");
    CHECK(lines[0].record_us == 400);
    CHECK(lines[0].attached_us == 400);
    CHECK(lines[0].counts == UsageCounts{7, 700, 0, 0, 0, 0});
    CHECK(lines[1].account == "a2");
    CHECK(lines[1].record_us == 600);
    CHECK(lines[1].attached_us == 600);
    CHECK(lines[1].counts == UsageCounts{3, 300, 0, 0, 0, 0});
    auto query = until(noon + 1000);
    query.account = "a2";
    CHECK(only_line(*store, query).account == "a2");
    query.account = "a3";
    CHECK(store->usage(query)->lines.empty());
}

TEST_CASE("[8.4/filter] by record, partition and owner, by name or id") {
    StoreFile file;
    const auto store = file.open();
    REQUIRE(commit(*store, at(noon, created())));
    const auto found = [&](auto set) {
        auto query = until(noon + 1);
        set(query);
        return store->usage(query)->lines.size();
    };
    CHECK(found([](auto& q) { q.record = "r1"; }) == 1);
    CHECK(found([](auto& q) { q.record = to_string(rec); }) == 1);
    CHECK(found([](auto& q) { q.record = "blue/r1"; }) == 1);
    CHECK(found([](auto& q) { q.record = "red/r1"; }) == 0);
    CHECK(found([](auto& q) { q.record = "r2"; }) == 0);
    CHECK(found([](auto& q) { q.partition = "blue"; }) == 1);
    CHECK(found([](auto& q) { q.partition = to_string(Id{Kind::partition, 9}); }) == 1);
    CHECK(found([](auto& q) { q.partition = "red"; }) == 0);
    CHECK(found([](auto& q) { q.owner = "ann"; }) == 1);
    CHECK(found([](auto& q) { q.owner = "bob"; }) == 0);
}

TEST_CASE("[8.4/place] a host's word counts for records that are or were on it, and no others") {
    StoreFile file;
    const auto store = file.open();
    REQUIRE(commit(*store, at(noon, created())));
    REQUIRE(commit(*store, at(noon + 1, counted(1, 11, 1000, false, h2))));
    CHECK(only_line(*store, until(noon + 2)).counts == UsageCounts{});
    UsageChanges moved;
    moved.places.push_back({rec, h2});
    REQUIRE(commit(*store, at(noon + 3, moved)));
    REQUIRE(commit(*store, at(noon + 4, counted(1, 11, 1000, false, h2))));
    CHECK(only_line(*store, until(noon + 5)).counts[0] == 1000);
}

TEST_CASE("[8.4/estimated] a host that is silent or came back without its counts marks what it told last") {
    StoreFile file;
    const auto store = file.open();
    REQUIRE(commit(*store, at(noon, created())));
    REQUIRE(commit(*store, at(noon + 1, counted(1, 11, 5))));
    const auto minute = 60'000'000ULL;
    CHECK(!only_line(*store, until(noon + 3 * minute)).estimated);
    CHECK(only_line(*store, until(noon + 4 * minute)).estimated);
    REQUIRE(commit(*store, at(noon + 5 * minute, counted(1, 11, 6))));  // it was only away
    CHECK(!only_line(*store, until(noon + 6 * minute)).estimated);
    REQUIRE(commit(*store, at(noon + 2 * hour, counted(2, 12, 3))));  // it was not
    auto query = until(noon + 2 * hour + 1);
    auto line = only_line(*store, query);
    CHECK(line.estimated);
    CHECK(line.counts[0] == 9);
    query.from_us = noon + hour;
    CHECK(!only_line(*store, query).estimated);
    // A host that is deleted is not waited for.
    UsageChanges deleted;
    deleted.deleted_hosts.push_back(h1);
    REQUIRE(commit(*store, at(noon + 2 * hour + 2, deleted)));
    query.from_us = noon + 3 * hour;
    query.now_us = noon + 9 * hour;
    CHECK(!only_line(*store, query).estimated);
    query.from_us = noon + 2 * hour;
    CHECK(only_line(*store, query).estimated);
}

TEST_CASE("[8.4/estimated] what left before its host was lost is complete") {
    StoreFile file;
    const auto store = file.open();
    REQUIRE(commit(*store, at(noon, created())));
    REQUIRE(commit(*store, at(noon + 2 * hour + 4, counted(2, 12, 1))));
    auto query = until(noon);
    REQUIRE(commit(*store, at(noon + 2 * hour + 5, counted(2, 12, 4, true))));
    REQUIRE(commit(*store, at(noon + 2 * hour + 6, counted(3, 13, 1))));
    query.now_us = noon + 2 * hour + 7;
    CHECK(!only_line(*store, query).estimated);
}

TEST_CASE("[8.4/revision] a report moves no revision, no generation and no feed") {
    StoreFile file;
    const auto store = file.open();
    REQUIRE(commit(*store, creating(rec, "r1")).value() == 1);
    REQUIRE(commit(*store, at(noon, created())).value() == 1);
    CHECK(commit(*store, at(noon + 1, counted(1, 11, 5))).value() == 1);
    CHECK(store->changes(1, 10)->empty());
    CHECK(store->audit(10)->empty());
    CHECK(stored(*store).at(rec).first == 1);
}

TEST_CASE("[8.4/clock] a clock that goes back makes nothing negative, a claim without bounds nothing fail") {
    StoreFile file;
    const auto store = file.open();
    REQUIRE(commit(*store, at(noon, created())));
    UsageChanges deleted;
    deleted.spans.push_back({UsageSpanKind::record, rec, 0, false});
    REQUIRE(commit(*store, at(noon - hour, deleted)));
    CHECK(store->usage(until(noon + 5))->lines.empty());
    REQUIRE(commit(*store, at(noon - hour, created())));  // again: not before it ended
    CHECK(only_line(*store, until(noon + 5)).record_us == 5);
    for (std::uint64_t life = 1; life < 6; ++life) {
        auto claim = counted(1, life, 0);
        claim.report->counts.front().counts.fill(~0ULL);
        REQUIRE(commit(*store, at(noon + life, claim)));
    }
    CHECK(only_line(*store, until(noon + 6)).counts[0] == most_usage);
}

TEST_CASE("[8.4/growth] what is older than the retention goes, the rest stays") {
    StoreFile file;
    sqlite::Retention retention;
    retention.usage_us = 10 * hour;
    const auto store = SqliteRepository::open({file.path(), nullptr, retention, {}}).value();
    REQUIRE(commit(*store, at(noon, created())));
    REQUIRE(commit(*store, at(noon + 1, counted(1, 11, 5, true))));
    UsageChanges deleted;
    deleted.spans.push_back({UsageSpanKind::record, rec, 0, false});
    REQUIRE(commit(*store, at(noon + 2, deleted)));
    REQUIRE(commit(*store, at(noon + 9 * hour, {})));
    CHECK(only_line(*store, until(noon + 9 * hour)).counts[0] == 5);
    REQUIRE(commit(*store, at(noon + 12 * hour, {})));
    CHECK(store->usage(until(noon + 12 * hour))->lines.empty());
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.path().c_str(), &db) == SQLITE_OK);
    for (const char* table : {"usage_record", "usage_span", "usage_place", "usage_count", "usage_hour"}) {
        CAPTURE(table);
        sqlite3_stmt* rows = nullptr;
        REQUIRE(sqlite3_prepare_v2(db, ("SELECT count(*) FROM " + std::string(table)).c_str(), -1, &rows,
                                   nullptr) == SQLITE_OK);
        REQUIRE(sqlite3_step(rows) == SQLITE_ROW);
        CHECK(sqlite3_column_int64(rows, 0) == 0);
        sqlite3_finalize(rows);
    }
    sqlite3_close(db);
}

TEST_CASE("[8.4/damaged] rows that cannot be are found when the file is opened") {
    for (const char* damage : {"UPDATE usage_hour SET tx_bytes=-1", "UPDATE usage_span SET end_us=begin_us-1",
                               "UPDATE usage_span SET kind=7", "UPDATE usage_count SET rx_packets=-5"}) {
        CAPTURE(damage);
        StoreFile file;
        {
            const auto store = file.open();
            REQUIRE(commit(*store, at(noon, created())));
            REQUIRE(commit(*store, at(noon + 1, counted(1, 11, 5))));
        }
        run(file, ("PRAGMA ignore_check_constraints=1; " + std::string(damage)).c_str());
        const auto opened = SqliteRepository::open({file.path(), nullptr, {}, {}});
        REQUIRE(!opened);
        CHECK(opened.error().code == ErrorCode::damaged);
    }
}
