// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "store_file.h"

using namespace weft;
using namespace weft::coordinator;
using namespace weft::test;

namespace {

constexpr Id rec1{Kind::record, 1};
constexpr Id rec2{Kind::record, 2};

Transaction claiming(Id id, ClaimKind kind, const std::string& scope, const std::string& key) {
    auto transaction = creating(id, "blob");
    transaction.claims_added.push_back({kind, scope, key, id});
    return transaction;
}

}  // namespace

TEST_CASE("[8.2/survives] what was acknowledged is there after reopening, with its revision and cluster id") {
    StoreFile file;
    std::uint64_t cluster = 0;
    {
        const auto store = file.open();
        cluster = store->cluster();
        CHECK(cluster != 0);
        CHECK(commit(*store, creating(rec1, "one")).value() == 1);
        CHECK(commit(*store, creating(rec2, "two")).value() == 2);
        Transaction change;
        change.writes.push_back({rec1, 1, 2, schema::Bytes{'x'}});
        CHECK(commit(*store, std::move(change)).value() == 3);
    }
    const auto store = file.open();
    CHECK(store->cluster() == cluster);
    const auto objects = stored(*store);
    CHECK(objects.size() == 2);
    CHECK(objects.at(rec1) == std::pair<std::uint64_t, std::string>{2, "x"});
    CHECK(objects.at(rec2) == std::pair<std::uint64_t, std::string>{1, "two"});
    CHECK(commit(*store, creating({Kind::record, 3}, "")).value() == 4);
    CHECK(StoreFile{}.open()->cluster() != cluster);
}

TEST_CASE("[8.2/generation] a stale generation, relied on or replaced, is a conflict that changes nothing") {
    StoreFile file;
    const auto store = file.open();
    REQUIRE(commit(*store, creating(rec1, "one")));
    Transaction stale = creating(rec2, "two");
    stale.relied_on.push_back({rec1, 7});
    auto result = commit(*store, stale);
    REQUIRE(!result);
    CHECK(result.error().code == ErrorCode::conflict);
    CHECK(result.error().field == "generation");
    Transaction replace;
    replace.writes.push_back({rec1, 2, 3, schema::Bytes{'x'}});
    CHECK(commit(*store, replace).error().field == "generation");
    CHECK(commit(*store, creating(rec1, "again")).error().field == "generation");
    CHECK(stored(*store).size() == 1);
    CHECK(stored(*store).at(rec1).second == "one");
    stale.relied_on.back().generation = 1;
    CHECK(commit(*store, stale).value() == 2);
}

TEST_CASE("[8.2/claims] a claim is held once, names its holder, and is free after its release") {
    StoreFile file;
    const auto store = file.open();
    REQUIRE(commit(*store, claiming(rec1, ClaimKind::address, "sub", "10.1.2.30")));
    const auto taken = commit(*store, claiming(rec2, ClaimKind::address, "sub", "10.1.2.30"));
    REQUIRE(!taken);
    CHECK(taken.error().code == ErrorCode::conflict);
    CHECK(taken.error().field == "addresses");
    CHECK(taken.error().text == "10.1.2.30 is taken by " + to_string(rec1));
    CHECK(stored(*store).size() == 1);
    CHECK(commit(*store, claiming(rec2, ClaimKind::address, "other", "10.1.2.30")));
    CHECK(store->holder(ClaimKind::address, "sub", "10.1.2.30").value() == rec1);

    Transaction unused;
    unused.writes.push_back({rec2, 1, 2, schema::Bytes{'y'}});
    unused.unused.push_back({ClaimKind::address, "sub"});
    CHECK(commit(*store, unused).error().code == ErrorCode::conflict);
    Transaction release;
    release.writes.push_back({rec1, 1, 0, {}});
    release.claims_released.push_back({ClaimKind::address, "sub", "10.1.2.30", rec1});
    CHECK(commit(*store, release));
    CHECK(commit(*store, unused));
    CHECK(commit(*store, claiming({Kind::record, 3}, ClaimKind::address, "sub", "10.1.2.30")));
    CHECK(!commit(*store, release));  // held by another now
}

TEST_CASE("[8.2/group] in a batch each has its own revision and one conflict fails only itself") {
    StoreFile file;
    const auto store = file.open();
    constexpr std::uint64_t count = 400;
    std::vector<Result<Revision>> answers(count, Revision{0});
    std::promise<void> all;
    for (std::uint64_t i = 0; i < count; ++i) {
        // Every tenth asks for an address that its predecessor took.
        const auto key = std::to_string(i % 10 == 9 ? i - 1 : i);
        store->commit(claiming({Kind::record, i + 1}, ClaimKind::address, "s", key), [&, i](auto result) {
            answers[i] = std::move(result);
            if (i + 1 == count) all.set_value();
        });
    }
    all.get_future().wait();
    Revision expected = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        CAPTURE(i);
        if (i % 10 == 9)
            CHECK(answers[i].error().code == ErrorCode::conflict);
        else
            CHECK(answers[i].value() == ++expected);
    }
    CHECK(stored(*store).size() == count - count / 10);
}

TEST_CASE("[1.8/token] a token is taken once and repeats its answer with the revision") {
    StoreFile file;
    const auto store = file.open();
    auto first = creating(rec1, "one");
    first.token = TokenRow{"ann", "t1", {1}, {42}, 1000, 0};
    CHECK(commit(*store, first).value() == 1);
    auto second = creating(rec2, "two");
    second.token = first.token;
    CHECK(commit(*store, second).error().field == "token");
    const auto row = store->token("ann", "t1").value();
    REQUIRE(row);
    CHECK(row->answer == schema::Bytes{42});
    CHECK(row->request_hash == schema::Bytes{1});
    CHECK(row->revision == 1);
    CHECK(!store->token("bob", "t1").value());
}

TEST_CASE("[1.13/log] audit rows are written with their change and read newest first") {
    StoreFile file;
    const auto store = file.open();
    auto change = creating(rec1, "one");
    change.audit.push_back({5, "ann", "create record", "r", 0, "created", 1});
    REQUIRE(commit(*store, change));
    auto refused = creating(rec1, "again");
    refused.audit.push_back({6, "ann", "create record", "r", 0, "never", 1});
    REQUIRE(!commit(*store, refused));
    Transaction only;
    only.audit.push_back({7, "bob", "get", "r", 4, std::string(2000, 'x'), 3});
    CHECK(commit(*store, only).value() == 1);  // takes no revision
    const auto rows = store->audit(10).value();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].principal == "bob");
    CHECK(rows[0].count == 3);
    CHECK(rows[0].text.size() == 512);
    CHECK(rows[1] == AuditRow{5, "ann", "create record", "r", 0, "created", 1});
}

TEST_CASE("[8.2/feed] changes are kept by revision, pruned to their bounds, and below the floor refused") {
    StoreFile file;
    sqlite::Retention retention;
    retention.feed_revisions = 10;
    retention.audit_rows = 5;
    const auto store = SqliteRepository::open({file.path(), nullptr, retention, {}}).value();
    for (std::uint64_t i = 1; i <= 30; ++i) {
        auto transaction = creating({Kind::record, i}, std::to_string(i));
        transaction.time_us = i;
        transaction.audit.push_back({i, "ann", "create", "", 0, "", 1});
        REQUIRE(commit(*store, transaction));
    }
    CHECK(store->changes(5, 100).error().code == ErrorCode::not_found);
    const auto changes = store->changes(20, 100).value();
    REQUIRE(changes.size() == 10);
    CHECK(changes.front().revision == 21);
    CHECK(!changes.front().before);
    CHECK(changes.front().after == schema::Bytes{'2', '1'});
    CHECK(store->audit(100).value().size() == 5);
    CHECK(store->changes(30, 100).value().empty());

    Transaction late = creating(rec1, "x");
    late.writes[0].expected_generation = 1;
    late.time_us = retention.feed_us + 1000;
    REQUIRE(commit(*store, late));
    CHECK(store->changes(30, 100).value().size() == 1);
    CHECK(!store->changes(29, 100));  // older than a day
    CHECK(store->changes(30, 100).value().front().before == schema::Bytes{'1'});
}
