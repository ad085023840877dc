// SPDX-License-Identifier: Apache-2.0
// Public addresses of a record's private ones, the NICs of its hosts, and what they counted (row 1.1).
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

Address address(const char* text) { return Address::parse(text).value(); }

// Public addresses 203.0.113.0 to .3.
struct Fields : Lab {
    Address of_r1 = shown("r1").addresses.front();

    Fields() {
        schema::AddressPool pool;
        pool.name = "outside";
        pool.ranges = {Prefix::parse("203.0.113.0/30").value()};
        if (create(root, pool).code != 0) throw std::runtime_error("pool");
    }
    wire::Ack set(const char* record, const std::vector<schema::PublicAddress>& pairs) {
        schema::Record patch;
        patch.public_addresses = pairs;
        return modify(ann, record, patch, mask_of<schema::Record>("public-addresses"));
    }
    [[nodiscard]] std::vector<schema::PublicAddress> pairs(const char* record) {
        return shown(record).public_addresses;
    }
};

}  // namespace

TEST_CASE("[1.1/public] given or chosen from a public pool, and one record's alone") {
    Fields lab;
    const auto third = address("203.0.113.3");
    CHECK(code(lab.set("r1", {{lab.of_r1, third}})) == ok);
    CHECK(lab.pairs("r1") == std::vector{schema::PublicAddress{lab.of_r1, third}});
    const auto of_r2 = lab.shown("r2").addresses.front();
    CHECK_REFUSED(lab, lab.set("r2", {{of_r2, third}}), ErrorCode::conflict, "public-addresses");
    CHECK(code(lab.set("r2", {{of_r2, {}}})) == ok);
    REQUIRE(lab.pairs("r2").size() == 1);
    CHECK(Prefix::parse("203.0.113.0/30")->contains(lab.pairs("r2").front().public_address));
    CHECK(lab.pairs("r2").front().public_address != third);
    CHECK(!lab.set("r2", {{of_r2, {}}}).changed);
    for (const char* name : {"r3", "r4"}) {
        const auto made = lab.add_record(lab.ann, lab.front, name);
        CHECK(code(lab.set(name, {{made.addresses.front(), {}}})) == ok);
    }
    const auto last = lab.add_record(lab.ann, lab.front, "r5");
    CHECK_REFUSED(lab, lab.set("r5", {{last.addresses.front(), {}}}), ErrorCode::exhausted,
                  "public-addresses");
    CHECK(code(lab.remove(lab.ann, Kind::record, "r4")) == ok);
    CHECK(code(lab.set("r5", {{last.addresses.front(), {}}})) == ok);
}

TEST_CASE("[1.1/public] it stays while the record moves and detaches, and goes before its private address") {
    Fields lab;
    REQUIRE(code(lab.set("r1", {{lab.of_r1, {}}})) == ok);
    const auto before = lab.pairs("r1");
    (void)lab.attached("r1", "i1");
    CHECK(lab.pairs("r1") == before);
    const auto detached = lab.detach("r1", "i1");
    lab.acknowledge_until_ended(detached.operation);
    (void)lab.attached("r1", "i2");
    lab.restart();
    CHECK(lab.pairs("r1") == before);
    schema::Record patch;
    patch.addresses = {address("10.1.2.210")};
    CHECK_REFUSED(lab, lab.modify(lab.ann, "r1", patch), ErrorCode::invalid, "public-addresses");
    patch.public_addresses = {{address("10.1.2.210"), before.front().public_address}};
    CHECK(code(lab.modify(lab.ann, "r1", patch)) == ok);
}

TEST_CASE("[1.12/public] a pair that makes no sense is refused, its reason named") {
    Fields lab;
    const auto out = address("203.0.113.1");
    CHECK_REFUSED(lab, lab.set("r1", {{address("10.1.2.222"), out}}), ErrorCode::invalid, "public-addresses");
    CHECK_REFUSED(lab, lab.set("r1", {{lab.of_r1, address("198.51.100.1")}}), ErrorCode::invalid,
                  "public-addresses");
    CHECK_REFUSED(lab, lab.set("r1", {{lab.of_r1, address("2001:db8::1")}}), ErrorCode::invalid,
                  "public-addresses");
    CHECK_REFUSED(lab, lab.set("r1", {{lab.of_r1, out}, {lab.of_r1, address("203.0.113.2")}}),
                  ErrorCode::invalid, "public-addresses");
}

TEST_CASE("[1.1/public] of requests at once for one public address one record gets it") {
    Fields lab;
    std::vector<wire::Ack> answers;
    for (const char* name : {"r1", "r2"}) {
        schema::Record patch;
        patch.public_addresses = {{lab.shown(name).addresses.front(), address("203.0.113.1")}};
        const auto bytes = wire::encode(patch, mask_of<schema::Record>("public-addresses")).value();
        lab.service->modify(lab.ann, {Kind::record, name, bytes, {}},
                            [&](const wire::Ack& ack) { answers.push_back(ack); });
    }
    lab.loop.run_until([&] { return answers.size() == 2; });
    CHECK(code(answers[0]) == ok);
    CHECK(code(answers[1]) == ErrorCode::conflict);
    CHECK(answers[1].field == "public-addresses");
}

TEST_CASE("[1.1/nics] the usable NICs of its host, following moves and losses; none while detached") {
    Fields lab;
    const auto report = [&](Id host, std::vector<Mac> nics) {
        bool done = false;
        lab.service->update_host(
            host, [&](schema::Host& h) { h.nics = nics; },
            [&](const Result<Revision>& result) { done = result.has_value(); });
        lab.loop.run_until([&] { return done; });
    };
    const Mac one = Mac::local(1), two = Mac::local(2), three = Mac::local(3);
    report(lab.h1, {one, two});
    report(lab.h2, {three});
    CHECK(lab.shown("r1").nics.empty());
    (void)lab.attached("r1", "i1");
    CHECK(lab.shown("r1").nics == std::vector{one, two});
    report(lab.h1, {two});
    CHECK(lab.shown("r1").nics == std::vector{two});
    const auto moved = lab.move("i1", "h2");
    REQUIRE(code(moved) == ok);
    lab.acknowledge_until_ended(moved.operation);
    CHECK(lab.shown("r1").nics == std::vector{three});
    lab.hosts.states[lab.h2].session = SessionState::lost;
    CHECK(lab.shown("r1").nics.empty());
    lab.hosts.states[lab.h2].session = SessionState::connected;
    const auto detached = lab.detach("r1", "i1");
    lab.acknowledge_until_ended(detached.operation);
    CHECK(lab.shown("r1").nics.empty());
}

TEST_CASE("[1.1/monitoring] what its hosts counted, and how old that is") {
    Fields lab;
    const auto id = lab.cloud().record(lab.cloud().find<schema::Subnet>(lab.front)->partition, "r1")->id;
    lab.hosts.states[lab.h1].counts[id] = {5, 500, 3, 300, 1, 2, 7'000'000};
    CHECK(lab.shown("r1").monitoring == schema::TrafficCounts{});
    (void)lab.attached("r1", "i1");
    CHECK(lab.shown("r1").monitoring == schema::TrafficCounts{5, 500, 3, 300, 1, 2, 7'000'000});
}

TEST_CASE("[1.10/public] a public pool keeps the ranges whose addresses are in use") {
    Fields lab;
    REQUIRE(code(lab.set("r1", {{lab.of_r1, address("203.0.113.3")}})) == ok);
    schema::AddressPool less;
    less.ranges = {Prefix::parse("203.0.113.0/31").value()};
    const auto shrunk = [&] { return lab.modify(lab.root, "outside", less); };
    CHECK_REFUSED(lab, shrunk(), ErrorCode::conflict, "ranges");
    CHECK_REFUSED(lab, lab.remove(lab.root, Kind::address_pool, "outside"), ErrorCode::conflict, "ranges");
    CHECK(lab.remove(lab.root, Kind::address_pool, "outside").text ==
          "203.0.113.3 of address-pool outside is in use by record r1");
    less.ranges.push_back(Prefix::parse("203.0.113.3/32").value());
    CHECK(code(shrunk()) == ok);
    REQUIRE(code(lab.set("r1", {})) == ok);
    CHECK(code(lab.remove(lab.root, Kind::address_pool, "outside")) == ok);
}

TEST_CASE(
    "[1.10/public] of one who takes an address and one who takes its pool away, at once, one is refused") {
    Fields lab;
    std::vector<wire::Ack> answers;
    const auto answered = [&](const wire::Ack& ack) { answers.push_back(ack); };
    schema::Record patch;
    patch.public_addresses = {{lab.of_r1, address("203.0.113.3")}};
    const wire::ModifyRequest take{
        Kind::record, "r1", wire::encode(patch, mask_of<schema::Record>("public-addresses")).value(), {}};
    lab.service->modify(lab.ann, take, answered);
    lab.service->remove(lab.root, {Kind::address_pool, "outside", {}}, answered);
    lab.loop.run_until([&] { return answers.size() == 2; });
    CHECK((answers[0].code == 0) != (answers[1].code == 0));
    CHECK(lab.pairs("r1").empty() == lab.cloud().address_pools({Kind::partition, 0}).empty());
}
