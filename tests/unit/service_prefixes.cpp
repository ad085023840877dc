// SPDX-License-Identifier: Apache-2.0
// Delegated prefixes of a record (row 1.1): given or chosen, nobody else's, and effective where it is
// attached.
#include "coordinator/distribution/desired.h"
#include "service_lab.h"

using namespace weft;
using namespace weft::test;
using schema::AddressStep;

namespace {

Prefix prefix(const char* text) { return Prefix::parse(text).value(); }
Address address(const char* text) { return Address::parse(text).value(); }

struct Prefixes : Lab {
    wire::Ack set(const char* record, const std::vector<Prefix>& prefixes) {
        schema::Record patch;
        patch.prefixes = prefixes;
        return modify(ann, record, patch, mask_of<schema::Record>("prefixes"));
    }
    wire::Ack create_with(const char* name, const std::vector<Prefix>& prefixes,
                          const char* given = nullptr) {
        schema::Record record;
        record.name = name;
        record.subnet = front;
        record.prefixes = prefixes;
        if (given != nullptr) record.addresses = {address(given)};
        return create(ann, record);
    }
    [[nodiscard]] std::vector<Prefix> of(const char* record) { return shown(record).prefixes; }
    [[nodiscard]] bool mapped(const Prefix& which) const {
        const Desired desired{cloud()};
        const auto partition = cloud().find<schema::Subnet>(front)->partition;
        const auto gni = cloud().find<schema::Partition>(partition)->gni;
        const auto has = [&](schema::DesiredKind kind) {
            return desired.object(h2, {kind, partition, gni, which}).has_value();
        };
        CHECK(has(schema::DesiredKind::mapping) == has(schema::DesiredKind::source));
        return has(schema::DesiredKind::mapping);
    }
    [[nodiscard]] std::vector<Prefix> port(Id attachment) const {
        const Desired desired{cloud()};
        const auto object = desired.object(h1, {schema::DesiredKind::port, attachment, 0, {}});
        return object ? std::get<schema::Port>(*object).prefixes : std::vector<Prefix>{};
    }
};

}  // namespace

TEST_CASE("[1.1/prefix] a given one is kept, with a length alone one is chosen, none twice") {
    Prefixes lab;
    CHECK(code(lab.create_with("given", {prefix("10.1.2.32/28")})) == ok);
    CHECK(lab.of("given") == std::vector{prefix("10.1.2.32/28")});
    CHECK(code(lab.set("r1", {prefix("0.0.0.0/28")})) == ok);
    CHECK(code(lab.set("r2", {prefix("0.0.0.0/28")})) == ok);
    REQUIRE(lab.of("r1").size() == 1);
    REQUIRE(lab.of("r2").size() == 1);
    for (const auto* name : {"r1", "r2"}) {
        CHECK(lab.of(name).front().length() == 28);
        CHECK(prefix("10.1.2.0/24").contains(lab.of(name).front()));
        CHECK_FALSE(lab.of(name).front().contains(address("10.1.2.255")));
    }
    CHECK_FALSE(lab.of("r1").front().overlaps(lab.of("r2").front()));
    CHECK_FALSE(lab.of("r1").front().overlaps(prefix("10.1.2.32/28")));
    CHECK(!lab.set("r1", lab.of("r1")).changed);
    CHECK(!lab.set("r1", {prefix("0.0.0.0/28")}).changed);
}

TEST_CASE("[1.1/prefix] the chooser of addresses gives none inside, and ends exhausted") {
    Prefixes lab;
    for (const auto* name : {"10.1.2.32/27", "10.1.2.64/26", "10.1.2.128/26", "10.1.2.192/27"})
        CHECK(code(lab.create_with(name, {prefix(name)}, nullptr)) == ok);
    for (int i = 0;; ++i) {
        REQUIRE(i < 256);
        const auto ack = lab.create_with(("n" + std::to_string(i)).c_str(), {});
        if (code(ack) == ErrorCode::exhausted) break;
        REQUIRE(code(ack) == ok);
        const auto one = object_of<schema::Record>(ack.object).addresses.front();
        CHECK((prefix("10.1.2.0/27").contains(one) || prefix("10.1.2.224/27").contains(one)));
    }
    CHECK(code(lab.create_with("late", {prefix("0.0.0.0/30")})) == ErrorCode::exhausted);
}

TEST_CASE("[1.12/prefix] one that is not for the record is refused, the reason named") {
    Prefixes lab;
    REQUIRE(code(lab.create_with("held", {prefix("10.1.2.64/28")})) == ok);
    REQUIRE(code(lab.create_with("at", {}, "10.1.2.100")) == ok);
    for (const char* bad : {"10.1.3.0/28", "10.1.2.0/28", "10.1.2.240/28", "10.1.2.0/24", "10.1.2.33/32",
                            "2001:db8::/80", "::/80"})
        CHECK_REFUSED(lab, lab.set("r1", {prefix(bad)}), ErrorCode::invalid, "prefixes");
    for (const char* taken : {"10.1.2.64/28", "10.1.2.64/27", "10.1.2.72/29", "10.1.2.96/28"})
        CHECK_REFUSED(lab, lab.set("r1", {prefix(taken)}), ErrorCode::conflict, "prefixes");
    CHECK_REFUSED(lab, lab.set("r1", {prefix("10.1.2.32/28"), prefix("10.1.2.40/29")}), ErrorCode::invalid,
                  "prefixes");
    CHECK_REFUSED(lab, lab.create_with("inside", {}, "10.1.2.70"), ErrorCode::conflict, "addresses");
    CHECK_REFUSED(lab, lab.create_with("own", {prefix("10.1.2.32/28")}, "10.1.2.33"), ErrorCode::invalid,
                  "prefixes");
    schema::Record inside;
    inside.addresses = {address("10.1.2.70")};
    CHECK_REFUSED(lab, lab.modify(lab.ann, "held", inside), ErrorCode::conflict, "addresses");
}

TEST_CASE("[1.1/prefix] of requests at once that take the same addresses one is refused or gets others") {
    Prefixes lab;
    std::vector<wire::Ack> answers;
    const auto start = [&](const char* name, const char* range, const char* single) {
        schema::Record record;
        record.name = name;
        record.subnet = lab.front;
        if (range != nullptr) record.prefixes = {prefix(range)};
        if (single != nullptr) record.addresses = {address(single)};
        lab.service->create(lab.ann, {Kind::record, bytes_of(record), {}, {}},
                            [&](const wire::Ack& ack) { answers.push_back(ack); });
    };
    SUBCASE("an address, then a prefix around it") {
        start("x", nullptr, "10.1.2.100");
        start("y", "10.1.2.96/28", nullptr);
        lab.loop.run_until([&] { return answers.size() == 2; });
        CHECK(code(answers[0]) == ok);
        CHECK(code(answers[1]) == ErrorCode::conflict);
        CHECK(answers[1].field == "prefixes");
    }
    SUBCASE("a prefix, then an address inside") {
        start("y", "10.1.2.96/28", nullptr);
        start("x", nullptr, "10.1.2.100");
        lab.loop.run_until([&] { return answers.size() == 2; });
        CHECK(code(answers[0]) == ok);
        CHECK(code(answers[1]) == ErrorCode::conflict);
        CHECK(answers[1].field == "addresses");
    }
    SUBCASE("two prefixes of the same length, chosen") {
        start("x", "0.0.0.0/28", nullptr);
        start("y", "0.0.0.0/28", nullptr);
        start("z", "0.0.0.0/28", nullptr);
        lab.loop.run_until([&] { return answers.size() == 3; });
        for (const auto& ack : answers) CHECK(code(ack) == ok);
        CHECK_FALSE(lab.of("x").front().overlaps(lab.of("y").front()));
        CHECK_FALSE(lab.of("x").front().overlaps(lab.of("z").front()));
        CHECK_FALSE(lab.of("y").front().overlaps(lab.of("z").front()));
    }
    CHECK(lab.cloud().open_operations().empty());
}

TEST_CASE("[1.1/prefix] changed while attached: enabled, announced, withdrawn, and only then free") {
    Prefixes lab;
    const auto attachment = lab.attached("r1", "i1");
    const auto one = prefix("10.1.2.32/28");
    const auto two = prefix("10.1.2.64/28");
    const auto first = lab.set("r1", {one});
    REQUIRE(first.operation);
    CHECK(lab.port(attachment) == std::vector{one});
    CHECK(!lab.mapped(one));
    lab.acknowledge_until_ended(first.operation);
    CHECK(lab.mapped(one));
    const auto second = lab.set("r1", {two});
    REQUIRE(second.operation);
    CHECK(lab.port(attachment) == std::vector{two, one});
    CHECK(lab.mapped(one));
    CHECK(!lab.mapped(two));
    CHECK_REFUSED(lab, lab.set("r1", {}), ErrorCode::conflict, "prefixes");
    lab.install(lab.h1, [&] { return lab.shown("r1").address_step == AddressStep::announcing; });
    CHECK(lab.mapped(one));
    CHECK(lab.mapped(two));
    lab.acknowledge(lab.h1);
    lab.install(lab.h2, [&] { return lab.shown("r1").address_step == AddressStep::withdrawing; });
    CHECK(!lab.mapped(one));
    CHECK(lab.port(attachment) == std::vector{two});
    CHECK_REFUSED(lab, lab.set("r2", {one}), ErrorCode::conflict, "prefixes");
    lab.acknowledge_until_ended(second.operation);
    CHECK(code(lab.set("r2", {one})) == ok);
    CHECK(lab.shown("r1").former_prefixes.empty());
    lab.restart();
    CHECK(lab.of("r1") == std::vector{two});
    CHECK_REFUSED(lab, lab.set("r2", {two}), ErrorCode::conflict, "prefixes");
    CHECK(code(lab.remove(lab.ann, Kind::record, "r2")) == ok);
    CHECK(code(lab.create_with("again", {one})) == ok);
}

TEST_CASE("[1.1/prefix] a host that cannot enable it leaves the record as it was") {
    Prefixes lab;
    const auto attachment = lab.attached("r1", "i1");
    lab.hosts.states[lab.h1].failures[attachment] = "no room";
    const auto ack = lab.set("r1", {prefix("10.1.2.32/28")});
    lab.acknowledge_until_ended(ack.operation);
    CHECK(lab.operation(ack.operation).state == OperationState::failed);
    CHECK(lab.of("r1").empty());
    CHECK(code(lab.create_with("free", {prefix("10.1.2.32/28")})) == ok);
}

TEST_CASE("[1.1/prefix] a record with prefixes shares no device") {
    Prefixes lab;
    REQUIRE(code(lab.set("r2", {prefix("10.1.2.32/28")})) == ok);
    const auto attachment = lab.attached("r1", "i1");
    const auto device = lab.cloud().find<schema::Attachment>(attachment)->device;
    const wire::AttachRequest sharing{"r2", "i1", device, {}, false, false, {}};
    CHECK_REFUSED(lab, lab.ask(&Service::attach, lab.ann, sharing), ErrorCode::conflict, "prefixes");
}
