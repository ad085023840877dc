// SPDX-License-Identifier: Apache-2.0
#include "service_world.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr auto ok = ErrorCode{};

Address address(const std::string& text) { return Address::parse(text).value(); }

schema::Record record_in(Id subnet, const std::string& name, const std::vector<std::string>& addresses = {}) {
    schema::Record record;
    record.subnet = subnet;
    record.name = name;
    for (const auto& text : addresses) record.addresses.push_back(address(text));
    return record;
}

}  // namespace

TEST_CASE("[1.2/chosen] fields left out are chosen: address, MAC, DNS, name, id") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    const auto subnet = world.subnet_of(blue);
    const auto first = object_of<schema::Record>(world.create(world.ann, record_in(subnet, "")).object);
    CHECK(first.id.kind == Kind::record);
    CHECK(first.name == to_string(first.id));
    CHECK(first.addresses == std::vector{address("10.1.2.2")});
    CHECK(first.mac);
    CHECK((first.mac.bytes[0] & 3U) == 2);  // local, unicast
    CHECK(first.dns == blue.dns);
    CHECK(first.partition == blue.id);
    CHECK(first.owner == "ann");
    CHECK(first.attachment_status == schema::AttachmentStatus::detached);
    const auto second = object_of<schema::Record>(world.create(world.ann, record_in(subnet, "two")).object);
    CHECK(second.addresses == std::vector{address("10.1.2.3")});
    CHECK(second.mac != first.mac);
    // A freed address is not reused at once, not even after a restart while a higher one is in use.
    CHECK(code(world.remove(world.ann, Kind::record, first.name)) == ok);
    world.restart();
    CHECK(object_of<schema::Record>(world.create(world.ann, record_in(subnet, "three")).object).addresses ==
          std::vector{address("10.1.2.4")});
}

TEST_CASE("[1.2/given] a given address must be inside, free, and not router, network or broadcast") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    const auto subnet = world.subnet_of(blue);
    const auto given = [&](const std::vector<std::string>& addresses) {
        return world.create(world.ann, record_in(subnet, "r", addresses));
    };
    CHECK_REFUSED(world, given({"10.1.3.5"}), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(world, given({"2001:db8::1"}), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(world, given({"10.1.2.0"}), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(world, given({"10.1.2.1"}), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(world, given({"10.1.2.255"}), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(world, given({"10.1.2.9", "10.1.2.9"}), ErrorCode::invalid, "addresses");
    CHECK(code(given({"10.1.2.30", "10.1.2.31"})) == ok);
    CHECK_REFUSED(world, world.create(world.ann, record_in(subnet, "s", {"10.1.2.31"})), ErrorCode::conflict,
                  "addresses");
    CHECK_REFUSED(world, given({"10.1.2.40"}), ErrorCode::conflict, "name");
    auto mac = record_in(subnet, "m");
    mac.mac = Mac::parse("02:00:5e:10:20:30").value();
    CHECK(code(world.create(world.ann, mac)) == ok);
    mac.name = "n";
    CHECK_REFUSED(world, world.create(world.ann, mac), ErrorCode::conflict, "mac");
    auto server = record_in(subnet, "o");
    server.owner = "bob";
    CHECK_REFUSED(world, world.create(world.ann, server), ErrorCode::invalid, "owner");
    CHECK_REFUSED(world, world.create(world.ann, record_in({Kind::subnet, 99}, "p")), ErrorCode::not_found,
                  "subnet");
    CHECK_REFUSED(world, world.create(world.ann, record_in({}, "p")), ErrorCode::invalid, "subnet");
}

TEST_CASE("[1.2/dual] a record of a dual-stack subnet gets an address of each family, or what is given") {
    World world;
    auto partition = World::partition("blue", "10.1.0.0/16");
    partition.cidrs.push_back(Prefix::parse("2001:db8:10::/44").value());
    auto front = World::subnet("front", "10.1.2.0/24");
    front.cidr6 = Prefix::parse("2001:db8:12::/64").value();
    REQUIRE(code(world.create(world.ann, partition, {front})) == ok);
    const auto subnet = world.subnet_of(*world.cloud().partition("ann", "blue"));
    const auto made = [&](const std::string& name, const std::vector<std::string>& given) {
        const auto ack = world.create(world.ann, record_in(subnet, name, given));
        REQUIRE(code(ack) == ok);
        return object_of<schema::Record>(ack.object).addresses;
    };
    CHECK(made("r1", {}) == std::vector{address("10.1.2.2"), address("2001:db8:12::2")});
    CHECK(made("r2", {}) == std::vector{address("10.1.2.3"), address("2001:db8:12::3")});
    CHECK(made("r3", {"2001:db8:12::50"}) == std::vector{address("2001:db8:12::50")});
    const auto given = [&](const char* one) {
        return world.create(world.ann, record_in(subnet, "r4", {one}));
    };
    CHECK_REFUSED(world, given("2001:db8:12::2"), ErrorCode::conflict, "addresses");
    CHECK_REFUSED(world, given("2001:db8:12::1"), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(world, given("2001:db8:12::"), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(world, given("2001:db8:13::5"), ErrorCode::invalid, "addresses");
}

TEST_CASE("[1.2/full] when every address is taken the next request is refused as exhausted") {
    World world;
    const auto ack =
        world.create(world.ann, World::partition("tiny", "10.9.0.0/24"), {World::subnet("t", "10.9.0.0/29")});
    const auto subnet = world.subnet_of(object_of<schema::Partition>(ack.object));
    for (int i = 2; i <= 6; ++i) CHECK(code(world.create(world.ann, record_in(subnet, ""))) == ok);
    CHECK_REFUSED(world, world.create(world.ann, record_in(subnet, "")), ErrorCode::exhausted, "addresses");
    const auto third = world.cloud().record_at(subnet, address("10.9.0.4"));
    REQUIRE(code(world.remove(world.ann, Kind::record, third->name)) == ok);
    CHECK(object_of<schema::Record>(world.create(world.ann, record_in(subnet, "")).object).addresses ==
          std::vector{address("10.9.0.4")});
}

TEST_CASE("[1.2/race] a hundred creates at once get a hundred addresses; of two with one address one wins") {
    World world;
    const auto subnet = world.subnet_of(world.add_partition(world.ann, "blue"));
    std::vector<wire::Ack> answers;
    const auto done = [&](const wire::Ack& ack) { answers.push_back(ack); };
    for (int i = 0; i < 100; ++i)
        world.service->create(world.ann, {Kind::record, bytes_of(record_in(subnet, "")), {}, {}}, done);
    for (int i = 0; i < 2; ++i)
        world.service->create(world.ann,
                              {Kind::record, bytes_of(record_in(subnet, "", {"10.1.2.250"})), {}, {}}, done);
    world.loop.run_until([&] { return answers.size() == 102; });
    CHECK(std::count_if(answers.begin(), answers.end(), [](const auto& ack) { return ack.code == 0; }) ==
          101);
    CHECK(code(answers[101]) == ErrorCode::conflict);
    CHECK(answers[101].field == "addresses");
    CHECK(world.cloud().addresses().size() == 101);
}

TEST_CASE(
    "[1.12/fields] wrong bytes, unknown kinds and fields of the coordinator name the field, nothing "
    "changes") {
    World world;
    const auto subnet = world.subnet_of(world.add_partition(world.ann, "blue"));
    const auto send = [&](Kind kind, const Bytes& bytes) {
        return world.ask(&Service::create, world.ann, wire::CreateRequest{kind, bytes, {}, {}});
    };
    CHECK_REFUSED(world, send(Kind::pool, {}), ErrorCode::unsupported, "kind");
    CHECK_REFUSED(world, send(Kind::attachment, {}), ErrorCode::unsupported, "kind");
    CHECK(code(send(Kind::record, {1, 2, 3})) != ok);
    auto record = record_in(subnet, "r");
    record.generation = 7;
    CHECK_REFUSED(world, world.create(world.ann, record), ErrorCode::invalid, "generation");
    record.generation = 0;
    record.description = std::string(2000, 'x');
    CHECK_REFUSED(world, world.create(world.ann, record), ErrorCode::invalid, "description");
    record.description.clear();
    record.status = schema::RecordStatus::in_repair;
    CHECK_REFUSED(world, world.create(world.ann, record), ErrorCode::refused, "status");
    record.status = schema::RecordStatus::disabled;
    CHECK(code(world.create(world.ann, record)) == ok);
}

TEST_CASE("[1.8/token] a client token repeats the first answer, and refuses other parameters") {
    World world;
    const auto subnet = world.subnet_of(world.add_partition(world.ann, "blue"));
    wire::Options options;
    options.token = "once";
    const auto first = world.create(world.ann, record_in(subnet, ""), {}, options);
    REQUIRE(code(first) == ok);
    const auto count = world.everything().size();
    world.restart();
    const auto second = world.create(world.ann, record_in(subnet, ""), {}, options);
    CHECK(code(second) == ok);
    CHECK(object_of<schema::Record>(second.object).id == object_of<schema::Record>(first.object).id);
    CHECK(second.revision == first.revision);
    CHECK(second.changed);
    CHECK(world.everything().size() == count);
    CHECK_REFUSED(world, world.create(world.ann, record_in(subnet, "other"), {}, options),
                  ErrorCode::conflict, "token");
    // Another principal's token is its own; after a day it is free again.
    CHECK(code(world.create(world.root, record_in(subnet, ""), {}, options)) == ok);
    world.clock.unix += 25ULL * 3600 * 1000000;
    CHECK(code(world.create(world.ann, record_in(subnet, "other"), {}, options)) == ok);
    // Two at once: both get the one answer.
    options.token = "race";
    std::vector<wire::Ack> answers;
    const auto done = [&](const wire::Ack& ack) { answers.push_back(ack); };
    for (int i = 0; i < 2; ++i)
        world.service->create(world.ann, {Kind::record, bytes_of(record_in(subnet, "raced")), {}, options},
                              done);
    world.loop.run_until([&] { return answers.size() == 2; });
    CHECK(code(answers[0]) == ok);
    CHECK(code(answers[1]) == ok);
    CHECK(answers[0].revision == answers[1].revision);
}

TEST_CASE("[1.8/generation] a stale writer is refused") {
    World world;
    const auto subnet = world.subnet_of(world.add_partition(world.ann, "blue"));
    const auto record = world.add_record(world.ann, subnet, "r1");
    schema::Record patch;
    patch.description = "new";
    const auto mask = wire::changed_fields(patch);
    wire::Options options;
    options.if_generation = record.generation + 1;
    CHECK_REFUSED(world, world.modify(world.ann, "r1", patch, mask, options), ErrorCode::conflict,
                  "generation");
    CHECK_REFUSED(world, world.remove(world.ann, Kind::record, "r1", options), ErrorCode::conflict,
                  "generation");
    options.if_generation = record.generation;
    CHECK(code(world.modify(world.ann, "r1", patch, mask, options)) == ok);
    CHECK_REFUSED(world, world.modify(world.ann, "r1", patch, mask, options), ErrorCode::conflict,
                  "generation");
}

TEST_CASE("[1.9/dry-run] every changing verb says what it would do, or why not, and changes nothing") {
    World world;
    const auto host = world.add_host("h1", "192.0.2.1");
    world.add_host("h2", "192.0.2.2");
    const auto subnet = world.subnet_of(world.add_partition(world.ann, "blue"));
    world.add_instance(world.ann, "i1", host);
    world.add_record(world.ann, subnet, "r1");
    world.add_record(world.ann, subnet, "r2");
    world.attached("r2", "i1");
    wire::Options dry;
    dry.dry_run = true;
    schema::Record patch;
    patch.description = "new";
    const auto before = world.everything();
    const auto revision = world.cloud().revision();
    const auto would = [&](const wire::Ack& ack, const std::string& note) {
        CAPTURE(ack.text);
        CHECK(code(ack) == ok);
        CHECK(!ack.changed);
        CHECK(!ack.operation);
        CHECK(ack.revision == 0);
        CHECK(std::find(ack.notes.begin(), ack.notes.end(), note) != ack.notes.end());
        CHECK(world.everything() == before);
        CHECK(world.cloud().revision() == revision);
    };
    would(world.create(world.ann, record_in(subnet, "r3"), {}, dry), "would create record r3");
    would(world.create(world.ann, World::partition("red", "10.0.0.0/8"), {World::subnet("s", "10.0.0.0/24")},
                       dry),
          "would create subnet s");
    would(world.modify(world.ann, "r1", patch, wire::changed_fields(patch), dry),
          "would change record r1: description");
    would(world.remove(world.ann, Kind::record, "r1", dry), "would delete record r1");
    const auto attach = world.attach("r1", "i1", dry);
    CHECK(code(attach) == ok);
    CHECK(attach.notes.front().find("would create attachment att-") == 0);
    const auto detach = world.detach("r2", "", dry);
    CHECK(code(detach) == ok);
    CHECK(detach.notes.front().find("would change attachment att-") == 0);
    CHECK(code(world.move("i1", "h2", dry)) == ok);
    CHECK(code(world.create(world.ann, record_in(subnet, "r1"), {}, dry)) == ErrorCode::conflict);
    CHECK(code(world.attach("r2", "i2", dry)) == ErrorCode::not_found);
    CHECK(code(world.remove(world.bob, Kind::record, "r1", dry)) == ErrorCode::not_found);
    CHECK(world.everything() == before);
    // The next real one gets what the dry run said.
    CHECK(object_of<schema::Record>(world.create(world.ann, record_in(subnet, "r3")).object)
              .addresses.front() == address("10.1.2.4"));
}

TEST_CASE(
    "[1.6/delete] a record is deleted with its addresses freed, but not while attached, unless forced") {
    World world;
    const auto host = world.add_host("h1", "192.0.2.1");
    const auto subnet = world.subnet_of(world.add_partition(world.ann, "blue"));
    world.add_instance(world.ann, "i1", host);
    CHECK(code(world.create(world.ann, record_in(subnet, "r1", {"10.1.2.30"}))) == ok);
    world.attached("r1", "i1");
    CHECK_REFUSED(world, world.remove(world.ann, Kind::record, "r1"), ErrorCode::conflict, "");
    wire::Options force;
    force.force = true;
    const auto ack = world.remove(world.ann, Kind::record, "r1", force);
    REQUIRE(code(ack) == ok);
    REQUIRE(ack.operation);
    world.acknowledge_until_ended(ack.operation);
    CHECK(world.operation(ack.operation).state == schema::OperationState::done);
    CHECK(world.cloud().table<schema::Record>().size() == 0);
    CHECK(world.cloud().table<schema::Attachment>().size() == 0);
    CHECK(code(world.create(world.ann, record_in(subnet, "r2", {"10.1.2.30"}))) == ok);
    CHECK(code(world.remove(world.ann, Kind::record, "r2")) == ok);
    CHECK(code(world.remove(world.ann, Kind::record, "r2")) == ErrorCode::not_found);
}

TEST_CASE("[1.4/modify] addresses change while attached; subnet and MAC only while detached") {
    World world;
    const auto host = world.add_host("h1", "192.0.2.1");
    const auto blue = world.add_partition(world.ann, "blue");
    auto back = World::subnet("back", "10.1.3.0/24");
    back.partition = blue.id;
    const auto other = object_of<schema::Subnet>(world.create(world.ann, back).object).id;
    world.add_instance(world.ann, "i1", host);
    world.add_record(world.ann, world.cloud().subnet(blue.id, "front")->id, "r1");
    world.attached("r1", "i1");
    schema::Record addresses;
    addresses.addresses = {address("10.1.2.77")};
    CHECK(code(world.modify(world.ann, "r1", addresses)) == ok);
    schema::Record subnet;
    subnet.subnet = other;
    CHECK_REFUSED(world, world.modify(world.ann, "r1", subnet), ErrorCode::conflict, "subnet");
    schema::Record mac;
    mac.mac = Mac::parse("02:00:5e:10:20:30").value();
    CHECK_REFUSED(world, world.modify(world.ann, "r1", mac), ErrorCode::conflict, "mac");
    const auto detach = world.detach("r1", "");
    world.acknowledge_until_ended(detach.operation);
    const auto moved = world.modify(world.ann, "r1", subnet);
    CHECK(code(moved) == ok);
    CHECK(object_of<schema::Record>(moved.object).addresses == std::vector{address("10.1.3.2")});
    CHECK(code(world.create(
              world.ann, record_in(world.cloud().subnet(blue.id, "front")->id, "r2", {"10.1.2.77"}))) == ok);
}
