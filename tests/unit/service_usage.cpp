// SPDX-License-Identifier: Apache-2.0
// When records and attachments begin and end to count, out of real requests and operations.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "coordinator/service/upgrade.h"
#include "service_world.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr std::uint64_t second = 1'000'000;

struct Used : World {
    Id h1{add_host("h1", "192.0.2.1")};
    Id h2{add_host("h2", "192.0.2.2")};
    schema::Partition blue{add_partition(ann, "blue")};
    Id i1{add_instance(ann, "i1", h1)};

    void pass(std::uint64_t seconds) { clock.unix += seconds * second; }
    schema::Record record(const std::string& account = "a1") {
        schema::Record wanted;
        wanted.name = "r1";
        wanted.subnet = subnet_of(blue);
        wanted.account = account;
        return object_of<schema::Record>(create(ann, wanted).object);
    }
    std::vector<UsageLine> lines(const Principal& who, const wire::UsageRequest& request = {}) {
        return repository->usage(service->usage(who, request).value()).value().lines;
    }
    UsageLine line() {
        const auto all = lines(root);
        REQUIRE(all.size() == 1);
        return all.front();
    }
};

}  // namespace

TEST_CASE_FIXTURE(Used,
                  "[8.4/recurring] a record counts until it is deleted, attached from enabled to detach") {
    record();
    pass(10);
    attached("r1", "i1");
    pass(20);
    const auto ack = detach("r1", "i1");
    pass(5);  // while the hosts see to it
    acknowledge_until_ended(ack.operation);
    pass(7);
    CHECK(line().attached_us == 20 * second);
    REQUIRE(remove(ann, Kind::record, "r1").code == 0);
    pass(1000);
    CHECK(line().record_us == 42 * second);
    CHECK(line().attached_us == 20 * second);
    CHECK(line().record.name == "r1");
    CHECK(line().record.owner == "ann");
    CHECK(line().account == "a1");
    CHECK(line().record.partition_name == "blue");
}

TEST_CASE_FIXTURE(Used, "[8.4/recurring] a move, and a coordinator that dies within it, leave no gap") {
    record();
    attached("r1", "i1");
    pass(10);
    const auto ack = move("i1", "h2");
    REQUIRE(ack.code == 0);
    pass(10);
    restart();
    pass(10);
    acknowledge_until_ended(ack.operation);
    pass(10);
    CHECK(line().attached_us == 40 * second);
    detach("r1", "i1");
    pass(10);
    CHECK(line().attached_us == 40 * second);
}

TEST_CASE_FIXTURE(Used, "[8.4/recurring] a detach that overtakes a move ends the time when it is asked for") {
    record();
    const auto id = attached("r1", "i1");
    pass(10);
    REQUIRE(move("i1", "h2").code == 0);
    acknowledge_until(
        [&] { return cloud().find<schema::Attachment>(id)->phase == schema::Phase::programming; });
    pass(10);
    const auto ack = detach("r1", "i1");
    REQUIRE(ack.code == 0);
    pass(10);
    acknowledge_until_ended(ack.operation);
    CHECK(line().attached_us == 20 * second);
}

TEST_CASE_FIXTURE(Used, "[8.4/recurring] what never came to be enabled was never attached") {
    record();
    REQUIRE(attach("r1", "i1").code == 0);
    pass(10);
    const auto ack = detach("r1", "i1");
    acknowledge_until_ended(ack.operation);
    CHECK(line().attached_us == 0);
    CHECK(line().record_us == 10 * second);
}

TEST_CASE_FIXTURE(Used, "[8.4/account] a change of account or name takes effect when it is made") {
    record();
    pass(10);
    schema::Record patch;
    patch.account = "a2";
    REQUIRE(modify(ann, "r1", patch).code == 0);
    pass(5);
    schema::Record name;
    name.name = "other";
    REQUIRE(modify(ann, "r1", name).code == 0);
    pass(5);
    const auto all = lines(ann);
    REQUIRE(all.size() == 2);
    CHECK(all[0].account == "a1");
    CHECK(all[0].record_us == 10 * second);
    CHECK(all[1].account == "a2");
    CHECK(all[1].record_us == 10 * second);
    CHECK(all[1].record.name == "other");
}

TEST_CASE_FIXTURE(Used, "[8.4/own] a customer is told of its own, existing or deleted; strangers nothing") {
    record();
    pass(10);
    CHECK(lines(ann).size() == 1);
    CHECK(lines(bob).empty());
    REQUIRE(remove(ann, Kind::record, "r1").code == 0);
    CHECK(lines(ann).size() == 1);
    CHECK(lines(bob).empty());
    CHECK(lines(root).size() == 1);
    const Principal host{"h1", Role::host, h1};
    CHECK(service->usage(host, {}).error().code == ErrorCode::refused);
}

TEST_CASE_FIXTURE(Used,
                  "[8.4/period] a period that is no whole hours, or ends before it begins, is refused") {
    wire::UsageRequest request;
    request.from = usage_hour_us + 1;
    CHECK(service->usage(root, request).error().field == "from");
    request.from = 2 * usage_hour_us;
    request.to = 2 * usage_hour_us;
    CHECK(service->usage(root, request).error().field == "to");
    request.to = 3 * usage_hour_us - 1;
    CHECK(service->usage(root, request).error().field == "to");
    request.to = 3 * usage_hour_us;
    CHECK(service->usage(root, request).has_value());
}

TEST_CASE_FIXTURE(Used, "[8.4/upgrade] a store from before there was a ledger counts from the begin") {
    record();
    pass(10);
    attached("r1", "i1");
    pass(20);
    repository.reset();
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.path().c_str(), &db) == SQLITE_OK);
    for (const std::string table : {"state", "record", "span", "place", "host", "count", "hour"})
        CHECK(sqlite3_exec(db, ("DROP TABLE usage_" + table).c_str(), nullptr, nullptr, nullptr) ==
              SQLITE_OK);
    CHECK(sqlite3_exec(db, "PRAGMA user_version=1", nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
    restart();
    CHECK(!repository->usage_complete().value());
    CHECK(lines(root).empty());
    for (int start = 0; start < 2; ++start) {  // the second one finds nothing to do
        REQUIRE(upgrade(*ledger, clock.unix));
        CHECK(repository->usage_complete().value());
        CHECK(line().record_us == 30 * second);
        CHECK(line().attached_us == 20 * second);
        CHECK(line().record.name == "r1");
    }
    UsageChanges changes;
    changes.report = UsageReport{h1, 7, 60'000'000, {{1, line().record.record, {3, 300, 0, 0, 0, 0}, false}}};
    REQUIRE(ledger->commit_usage_now(changes, clock.unix));
    CHECK(line().counts[0] == 3);
}
