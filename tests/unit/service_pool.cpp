// SPDX-License-Identifier: Apache-2.0
// Pools of records and of addresses.
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

struct Pools : Lab {
    Id partition = cloud().partition("ann", "blue")->id;
    Id pool = add_pool("web");

    Id add_pool(const std::string& name) {
        schema::Pool made;
        made.name = name;
        made.partition = partition;
        const auto ack = create(ann, made);
        REQUIRE(ack.code == 0);
        return object_of<schema::Pool>(ack.object).id;
    }
    Id add_to_pool(const std::string& name) {
        schema::Record record;
        record.name = name;
        record.subnet = front;
        record.pool = pool;
        const auto ack = create(ann, record);
        REQUIRE(ack.code == 0);
        return object_of<schema::Record>(ack.object).id;
    }
    wire::Ack take(const std::string& instance, const wire::Options& options = {}) {
        wire::AttachRequest request;
        request.pool = "web";
        request.instance = instance;
        request.options = options;
        return ask(&Service::attach, ann, request);
    }
    wire::Ack add_address_pool(const Principal& who, Id of, const std::vector<std::string>& ranges,
                               const std::string& name = "low") {
        schema::AddressPool made;
        made.name = name;
        made.partition = of;
        for (const auto& range : ranges) made.ranges.push_back(Prefix::parse(range).value());
        return create(who, made);
    }
};

}  // namespace

TEST_CASE("[1.10/attach] any detached record of a pool is attached; attached ones are passed over") {
    Pools lab;
    const std::set<Id> members{lab.add_to_pool("w1"), lab.add_to_pool("w2")};
    std::set<Id> taken;
    for (const auto* instance : {"i1", "i2"}) {
        const auto ack = lab.take(instance);
        REQUIRE(ack.code == 0);
        taken.insert(object_of<schema::Attachment>(ack.object).record);
        lab.acknowledge_until_ended(ack.operation);
    }
    CHECK(taken == members);
    const auto none = lab.take("i3");
    CHECK(ErrorCode{none.code} == ErrorCode::exhausted);
    CHECK(none.field == "pool");
    CHECK(none.text ==
          "pool web has no record to take: 2 are attached, 0 are not available or may not live on the "
          "instance's host");
    lab.acknowledge_until_ended(lab.detach("", "i1").operation);
    CHECK(lab.take("i3").code == 0);  // what came back is taken again
}

TEST_CASE("[1.10/concurrent] callers at the same time get different records") {
    Pools lab;
    constexpr std::size_t callers = 40;
    for (std::size_t i = 0; i < callers; ++i) lab.add_to_pool("w" + std::to_string(i));
    std::vector<std::string> instances;
    for (std::size_t i = 0; i < callers; ++i) {
        instances.push_back("many" + std::to_string(i));
        lab.add_instance(lab.ann, instances.back(), lab.h1);
    }
    std::vector<wire::Ack> answers;
    for (const auto& instance : instances) {
        wire::AttachRequest request;
        request.pool = "web";
        request.instance = instance;
        lab.service->attach(lab.ann, request, [&](const wire::Ack& ack) { answers.push_back(ack); });
    }
    lab.loop.run_until([&] { return answers.size() == callers; });
    std::set<Id> taken;
    for (const auto& ack : answers) {
        REQUIRE(ack.code == 0);
        taken.insert(object_of<schema::Attachment>(ack.object).record);
    }
    CHECK(taken.size() == callers);
}

TEST_CASE("[1.10/fits] a record that is disabled, or of another zone than the host, is not taken") {
    Pools lab;
    lab.add_to_pool("w1");
    const auto h3 = lab.add_host("h3", "192.0.2.3", "z3");
    lab.add_instance(lab.ann, "far", h3);
    schema::Record off;
    off.status = schema::RecordStatus::disabled;
    REQUIRE(lab.modify(lab.ann, "w1", off).code == 0);
    CHECK(ErrorCode{lab.take("i1").code} == ErrorCode::exhausted);
    REQUIRE(lab.modify(lab.ann, "w1", schema::Record{}, mask_of<schema::Record>("status")).code == 0);
    CHECK(lab.take("i1").code == 0);
}

TEST_CASE("[1.10/use] a pool with records is not deleted; another partition's is no pool of a record") {
    Pools lab;
    lab.add_to_pool("w1");
    CHECK_REFUSED(lab, lab.remove(lab.ann, Kind::pool, "web"), ErrorCode::conflict, "");
    REQUIRE(lab.remove(lab.ann, Kind::record, "w1").code == 0);
    CHECK(lab.remove(lab.ann, Kind::pool, "web").code == 0);
    const auto other = lab.add_partition(lab.bob, "red");
    schema::Pool foreign;
    foreign.name = "theirs";
    foreign.partition = other.id;
    CHECK_REFUSED(lab, lab.create(lab.ann, foreign), ErrorCode::not_found, "partition");
    const auto made = lab.create(lab.bob, foreign);
    REQUIRE(made.code == 0);
    schema::Record record;
    record.name = "w2";
    record.subnet = lab.front;
    record.pool = object_of<schema::Pool>(made.object).id;
    CHECK_REFUSED(lab, lab.create(lab.ann, record), ErrorCode::invalid, "pool");
}

TEST_CASE("[1.10/either] an attach names a record or a pool, not both and not neither") {
    Pools lab;
    wire::AttachRequest request;
    request.instance = "i1";
    CHECK_REFUSED(lab, lab.ask(&Service::attach, lab.ann, request), ErrorCode::invalid, "record");
    request.record = "r1";
    request.pool = "web";
    CHECK_REFUSED(lab, lab.ask(&Service::attach, lab.ann, request), ErrorCode::invalid, "record");
}

TEST_CASE("[1.10/addresses] addresses are chosen from a pool's ranges until they are used up") {
    Pools lab;
    CHECK_REFUSED(lab, lab.add_address_pool(lab.ann, lab.partition, {"10.9.0.0/24"}), ErrorCode::invalid,
                  "ranges");
    CHECK_REFUSED(lab, lab.add_address_pool(lab.ann, lab.partition, {"10.1.2.64/26", "10.1.2.64/27"}),
                  ErrorCode::invalid, "ranges");
    const auto made = lab.add_address_pool(lab.ann, lab.partition, {"10.1.2.0/31", "10.1.2.200/31"});
    REQUIRE(made.code == 0);
    schema::Record record;
    record.subnet = lab.front;
    record.address_pool = object_of<schema::AddressPool>(made.object).id;
    std::vector<std::string> chosen;
    for (int i = 0; i < 2; ++i) {
        const auto ack = lab.create(lab.ann, record);
        REQUIRE(ack.code == 0);
        chosen.push_back(to_string(object_of<schema::Record>(ack.object).addresses.front()));
    }
    // The network's and the router's address are nobody's.
    CHECK(chosen == std::vector<std::string>{"10.1.2.200", "10.1.2.201"});
    CHECK_REFUSED(lab, lab.create(lab.ann, record), ErrorCode::exhausted, "address-pool");
    CHECK_REFUSED(lab, lab.remove(lab.ann, Kind::address_pool, "low"), ErrorCode::conflict, "");
    record.addresses = {Address::parse("10.1.2.50").value()};  // given: the pool is not asked
    CHECK(lab.create(lab.ann, record).code == 0);
}

TEST_CASE("[1.10/public] pools of public addresses are the operator's, and do not overlap") {
    Pools lab;
    CHECK_REFUSED(lab, lab.add_address_pool(lab.ann, {}, {"203.0.113.0/28"}), ErrorCode::refused, "");
    REQUIRE(lab.add_address_pool(lab.root, {}, {"203.0.113.0/28"}).code == 0);
    CHECK_REFUSED(lab, lab.add_address_pool(lab.root, {}, {"203.0.113.8/29"}, "more"), ErrorCode::conflict,
                  "ranges");
    CHECK(lab.add_address_pool(lab.root, {}, {"203.0.113.16/28"}, "more").code == 0);
}

TEST_CASE("[1.10/restart] pools and who is in them are there after a restart") {
    Pools lab;
    lab.add_to_pool("w1");
    lab.restart();
    CHECK(lab.take("i1").code == 0);
    CHECK_REFUSED(lab, lab.remove(lab.ann, Kind::pool, "web"), ErrorCode::conflict, "");
}
