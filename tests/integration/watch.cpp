// SPDX-License-Identifier: Apache-2.0
// Clients that follow changes over a real socket.
#include <set>

#include "cloud.h"
#include "raw.h"
#include "tests/harness/requests.h"

using namespace weft;
using namespace weft::test;
using wire::Command;

namespace {

// Room for many records: subnet `all` of partition `big`.
Id add_big(World& world) {
    schema::Partition big;
    big.name = "big";
    big.cidrs = {Prefix::parse("10.0.0.0/8").value()};
    schema::Subnet subnet;
    subnet.name = "all";
    subnet.cidr = big.cidrs.front();
    wire::CreateRequest request;
    request.kind = Kind::partition;
    request.object = wire::encode(big).value();
    request.subnets = {wire::encode(subnet).value()};
    static_cast<void>(world.client().create(request).value());
    return parse_id(world.client().resolve(Kind::subnet, "big/all").value()).value();
}

std::string name_in(const wire::Change& change) {
    schema::Record record;
    REQUIRE(wire::decode_into(change.object, record).has_value());
    return record.name;
}

struct Watcher {
    explicit Watcher(World& world, std::uint64_t from, const schema::Tags& filters = {})
        : connection(world.coordinator.socket()) {
        connection.hello();
        connection.send(wire::pack(Command::watch, wire::WatchRequest{Kind::record, filters, from}, 2));
    }
    wire::Change next() {
        auto frame = connection.read();
        // All that was there is shown.
        if (frame && frame->type == static_cast<std::uint16_t>(Command::ack)) frame = connection.read();
        REQUIRE(frame.has_value());
        return wire::unpack<wire::Change>(*frame, Command::change).value();
    }

    Raw connection;
};

}  // namespace

TEST_CASE("[1.7/watch] a watcher gets what is there, then each change, and resumes by revision") {
    World world;
    world.add_blue();
    world.create_record("r1");
    std::vector<std::string> seen;
    std::uint64_t last = 0;
    auto watcher = world.client();
    const auto follow = [&](std::uint64_t from, std::size_t until) {
        wire::WatchRequest request;
        request.kind = Kind::record;
        request.from = from;
        return watcher.watch(request, [&](const wire::Change& change) {
            schema::Record record;
            REQUIRE(wire::decode_into(change.object, record).has_value());
            seen.push_back(record.name + (change.deleted ? " deleted" : ""));
            last = change.revision;
            if (seen.size() == 1) world.create_record("r2");
            return seen.size() < until;
        });
    };
    REQUIRE(follow(0, 2).has_value());
    CHECK(seen == std::vector<std::string>{"r1", "r2"});

    world.create_record("r3");
    REQUIRE(world.client().remove({Kind::record, "r2", {}}).has_value());
    auto second = world.client();
    std::vector<std::string> resumed;
    wire::WatchRequest request;
    request.kind = Kind::record;
    request.from = last;
    REQUIRE(second
                .watch(request,
                       [&](const wire::Change& change) {
                           schema::Record record;
                           REQUIRE(wire::decode_into(change.object, record).has_value());
                           resumed.push_back(record.name + (change.deleted ? " deleted" : ""));
                           return resumed.size() < 2;
                       })
                .has_value());
    CHECK(resumed == std::vector<std::string>{"r3", "r2 deleted"});
}

TEST_CASE("[1.7/watch] a record comes to what is watched, and leaves it, as its attachments change") {
    World world;
    world.add_blue();
    world.add_hosts(2);
    world.connect_all();
    world.create_instance("i1", "h1");
    world.create_instance("i2", "h2");
    world.create_record("r1");
    world.create_record("r2");
    const auto begin = world.create_record("r3").revision;
    const schema::Tags on_h1{{"hosts", "h1"}};
    const schema::Tags detached{{"attachment-status", "detached"}};
    // What is seen, each as often as it comes: "+r1 -r1".
    const auto next = [](Watcher& watcher, const std::string& last) {
        for (;;) {
            const auto change = watcher.next();
            const auto seen = (change.deleted ? "-" : "+") + name_in(change);
            if (seen != last) return seen;
        }
    };
    Watcher here(world, begin, on_h1);
    Watcher free(world, begin, detached);
    REQUIRE(world.attach("r1", "i1").has_value());
    CHECK(next(here, "") == "+r1");
    CHECK(next(free, "") == "-r1");
    REQUIRE(world.attach("r2", "i2").has_value());
    CHECK(next(free, "-r1") == "-r2");
    REQUIRE(world.detach("r1").has_value());
    CHECK(next(here, "+r1") == "-r1");
    CHECK(next(free, "-r2") == "+r1");
    REQUIRE(world.attach("r2", "i2").has_value());  // nothing changes
    world.create_record("r4");
    CHECK(next(free, "+r1") == "+r4");
    REQUIRE(world.attach("r3", "i1").has_value());
    CHECK(next(here, "-r1") == "+r3");  // r2, on h2, was never here

    // Who resumes is told the same of what it missed.
    Watcher again(world, begin, on_h1);
    CHECK(next(again, "+r1") == "-r1");
    CHECK(next(again, "-r1") == "+r3");
}

TEST_CASE("[1.7/lag] who does not read holds up nobody, is told what was left out, and resumes by revision") {
    constexpr unsigned count = 10'000;
    World world;
    const auto subnet = add_big(world);
    Watcher watcher{world, 0};
    Requests requests{world.coordinator.socket()};
    const auto create = [&](unsigned from, unsigned to) {
        return requests.create(1000, [&, n = from]() mutable -> std::optional<wire::CreateRequest> {
            if (n == to) return std::nullopt;
            return record_request("r" + std::to_string(n++), subnet);
        });
    };
    CHECK(create(0, 1) == 0);
    CHECK(name_in(watcher.next()) == "r0");
    CHECK(create(1, count) == 0);

    std::set<std::string> seen{"r0"};
    std::uint64_t newest = 0;
    auto change = watcher.next();
    for (; !change.lagged; change = watcher.next()) {
        CHECK(change.revision > newest);
        newest = change.revision;
        seen.insert(name_in(change));
    }
    CHECK(change.revision > newest + 1);
    CHECK(seen.size() < count);

    Watcher resumed{world, newest - 1};
    while (seen.size() < count) {
        change = resumed.next();
        CHECK(!change.lagged);
        CHECK(change.revision >= newest);
        newest = change.revision;
        seen.insert(name_in(change));
    }
    CHECK(create(count, count + 1) == 0);  // and goes on with what is new
    CHECK(name_in(resumed.next()) == "r" + std::to_string(count));
}

TEST_CASE("[1.7/resume] a record's attachment is among the changes that are caught up with") {
    World world;
    world.add_hosts(1);
    world.add_blue();
    const auto created = world.create_record("r1");
    world.create_instance("i1", "h1");
    REQUIRE(world.attach("r1", "i1").has_value());
    Watcher watcher{world, created.revision};
    schema::Record record;
    while (record.attachment_status != schema::AttachmentStatus::attached)
        REQUIRE(wire::decode_into(watcher.next().object, record).has_value());
    CHECK(record.name == "r1");
}

TEST_CASE("[1.7/resume] a revision that is not there yet is refused") {
    World world;
    Watcher watcher{world, 1'000'000};
    const auto ack = watcher.connection.ack();
    CHECK(ack.code == static_cast<std::uint16_t>(ErrorCode::not_found));
    CHECK(ack.text.starts_with("there is no revision 1000000 yet; the newest is "));
}
