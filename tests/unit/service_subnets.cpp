// SPDX-License-Identifier: Apache-2.0
// One record with addresses of several subnets (row 1.1): given or chosen, refused, changed while attached,
// found, and what its hosts are told.
#include "coordinator/distribution/desired.h"
#include "service_lab.h"

using namespace weft;
using namespace weft::test;
using schema::AddressStep;
using schema::AddressSubnet;

namespace {

Address address(const char* text) { return Address::parse(text).value(); }
Prefix prefix(const char* text) { return Prefix::parse(text).value(); }

using AddressList = std::vector<Address>;
using Ids = std::vector<Id>;

// Besides front, 10.1.2.0/24: back and side of the same partition, far in another zone, red in another
// partition.
struct Several : Lab {
    Id blue = cloud().find<schema::Subnet>(front)->partition;
    Id back = add_subnet("back", "10.1.3.0/24");
    Id side = add_subnet("side", "10.1.4.0/28");
    Id far = add_subnet("far", "10.1.5.0/24", "z2");
    Id red = subnet_of(add_partition(ann, "red"));

    Id add_subnet(const char* name, const char* cidr, const char* zone = "") {
        auto one = subnet(name, cidr);
        one.partition = blue;
        one.zone = zone;
        const auto ack = create(ann, one);
        if (ack.code != 0) throw std::runtime_error(ack.text);
        return object_of<schema::Subnet>(ack.object).id;
    }
    wire::Ack make(const char* name, const Ids& further, const AddressList& addresses = {},
                   const std::vector<Prefix>& prefixes = {}) {
        schema::Record record;
        record.name = name;
        record.subnet = front;
        record.subnets = further;
        record.addresses = addresses;
        record.prefixes = prefixes;
        return create(ann, record);
    }
    wire::Ack set(const char* name, const Ids& further, const AddressList& addresses) {
        schema::Record patch;
        patch.subnets = further;
        patch.addresses = addresses;
        return modify(ann, name, patch,
                      mask_of<schema::Record>("subnets") | mask_of<schema::Record>("addresses"));
    }
    wire::Ack set_subnets(const char* name, const Ids& further) {
        schema::Record patch;
        patch.subnets = further;
        return modify(ann, name, patch, mask_of<schema::Record>("subnets"));
    }
    [[nodiscard]] std::optional<schema::Port> port(Id attachment) const {
        const auto object = Desired{cloud()}.object(h1, {schema::DesiredKind::port, attachment, 0, {}});
        return object ? std::optional(std::get<schema::Port>(*object)) : std::nullopt;
    }
    [[nodiscard]] std::vector<std::string> found(const schema::Tags& filters) {
        std::vector<std::string> names;
        for (const auto& answer : service->list(ann, {Kind::record, filters, {}, 0}).value().objects)
            names.push_back(object_of<schema::Record>(answer.object).name);
        std::ranges::sort(names);
        return names;
    }
};

}  // namespace

TEST_CASE(
    "[1.1/subnets] [1.2/subnets] of each subnet an address is given or chosen, and each names its own") {
    Several lab;
    REQUIRE(code(lab.make("all", {lab.back, lab.side})) == ok);
    const auto all = lab.shown("all");
    REQUIRE(all.addresses.size() == 3);
    CHECK(all.addresses[1] == address("10.1.3.2"));
    CHECK(all.addresses[2] == address("10.1.4.2"));
    CHECK(all.address_subnets == std::vector<AddressSubnet>{{all.addresses[0], lab.front},
                                                            {all.addresses[1], lab.back},
                                                            {all.addresses[2], lab.side}});
    const AddressList given{address("10.1.3.50"), address("10.1.3.51")};
    REQUIRE(code(lab.make("some", {lab.back}, given)) == ok);
    const auto some = lab.shown("some");
    REQUIRE(some.addresses.size() == 3);
    CHECK(prefix("10.1.2.0/24").contains(some.addresses.front()));  // the first subnet's is the primary one
    CHECK(AddressList(some.addresses.begin() + 1, some.addresses.end()) == given);
    const auto alone = lab.shown("r1");
    CHECK(alone.address_subnets == std::vector<AddressSubnet>{{alone.addresses.front(), lab.front}});
}

TEST_CASE(
    "[1.2/subnets] [1.12/subnets] what is no further subnet of the record is refused, naming the field") {
    Several lab;
    CHECK_REFUSED(lab, lab.make("x", {lab.front}), ErrorCode::invalid, "subnets");
    CHECK_REFUSED(lab, lab.make("x", {lab.back, lab.back}), ErrorCode::invalid, "subnets");
    CHECK_REFUSED(lab, lab.make("x", {lab.far}), ErrorCode::invalid, "subnets");
    CHECK_REFUSED(lab, lab.make("x", {lab.red}), ErrorCode::invalid, "subnets");
    CHECK_REFUSED(lab, lab.make("x", {Id{Kind::subnet, 77}}), ErrorCode::not_found, "subnets");
    CHECK_REFUSED(lab, lab.make("x", Ids(17, lab.back)), ErrorCode::invalid, "subnets");
    CHECK_REFUSED(lab, lab.make("x", {}, {address("10.1.3.9")}), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(lab, lab.make("x", {lab.side}, {address("10.1.3.9")}), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(lab, lab.make("x", {lab.back}, {address("10.1.3.1")}), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(lab, lab.make("x", {lab.back}, {address("10.1.3.255")}), ErrorCode::invalid, "addresses");
    CHECK_REFUSED(lab, lab.make("x", {lab.side}, {}, {prefix("10.1.3.64/28")}), ErrorCode::invalid,
                  "prefixes");
    const auto foreign = lab.subnet_of(lab.add_partition(lab.bob, "green"));
    CHECK_REFUSED(lab, lab.make("x", {foreign}), ErrorCode::not_found, "subnets");
    CHECK(lab.make("x", {lab.far}).text.find("z2") != std::string::npos);
}

TEST_CASE("[1.1/subnets] an address of a further subnet is one record's, whichever way it came to it") {
    Several lab;
    REQUIRE(code(lab.make("one", {lab.back}, {address("10.1.3.9")})) == ok);
    CHECK_REFUSED(lab, lab.make("two", {lab.back}, {address("10.1.3.9")}), ErrorCode::conflict, "addresses");
    schema::Record first;
    first.name = "two";
    first.subnet = lab.back;
    first.addresses = {address("10.1.3.9")};
    CHECK_REFUSED(lab, lab.create(lab.ann, first), ErrorCode::conflict, "addresses");
    REQUIRE(code(lab.make("taker", {lab.side}, {}, {prefix("10.1.4.8/30")})) == ok);
    CHECK_REFUSED(lab, lab.make("two", {lab.side}, {address("10.1.4.9")}), ErrorCode::conflict, "addresses");
    lab.restart();
    CHECK(lab.cloud().record_at(lab.back, address("10.1.3.9"))->name == "one");
    CHECK_REFUSED(lab, lab.create(lab.ann, first), ErrorCode::conflict, "addresses");
    REQUIRE(code(lab.remove(lab.ann, Kind::record, "one")) == ok);
    CHECK(code(lab.create(lab.ann, first)) == ok);
}

TEST_CASE("[1.14/subnets] [1.6/subnets] a subnet stays while a record has it as a further one") {
    Several lab;
    REQUIRE(code(lab.make("one", {lab.back})) == ok);
    CHECK_REFUSED(lab, lab.remove(lab.ann, Kind::subnet, to_string(lab.back)), ErrorCode::conflict, "");
    REQUIRE(code(lab.set("one", {}, {lab.shown("one").addresses.front()})) == ok);
    CHECK(code(lab.remove(lab.ann, Kind::subnet, to_string(lab.back))) == ok);
}

TEST_CASE("[1.7/subnet] a record is found by each of its subnets") {
    Several lab;
    REQUIRE(code(lab.make("one", {lab.back})) == ok);
    REQUIRE(code(lab.make("two", {lab.side, lab.back})) == ok);
    const std::vector<std::string> both{"one", "two"};
    for (const auto* field : {"subnet", "subnets"}) {
        CHECK(lab.found({{field, to_string(lab.back)}}) == both);
        CHECK(lab.found({{field, "back"}}) == both);
        CHECK(lab.found({{field, "side"}}) == std::vector<std::string>{"two"});
    }
    CHECK(lab.found({{"subnet", "front"}}).size() == 5);
    CHECK(lab.found({{"subnet", "back"}, {"partition", to_string(lab.blue)}}) == both);
    REQUIRE(code(lab.set("one", {}, {lab.shown("one").addresses.front()})) == ok);
    CHECK(lab.found({{"subnet", "back"}}) == std::vector<std::string>{"two"});
}

TEST_CASE("[1.4/subnets] a further subnet comes with an address; it goes when no address of it is left") {
    Several lab;
    const auto first = lab.shown("r1").addresses.front();
    const auto added = lab.set_subnets("r1", {lab.back});
    REQUIRE(code(added) == ok);
    CHECK(lab.shown("r1").addresses == AddressList{first, address("10.1.3.2")});
    const auto refused = lab.set_subnets("r1", {});
    CHECK(refused.text.find("10.1.3.2") != std::string::npos);
    CHECK_REFUSED(lab, lab.set_subnets("r1", {}), ErrorCode::conflict, "subnets");
    // What a list of addresses says nothing of stays as it is.
    CHECK(!lab.set("r1", {lab.back}, {first}).changed);
    CHECK(lab.set("r1", {}, {first}).changed);
    CHECK(lab.shown("r1").addresses == AddressList{first});
}

TEST_CASE("[1.4/subnets] detached, the first subnet may become another, and what is of the others stays") {
    Several lab;
    REQUIRE(code(lab.make("one", {lab.back}, {address("10.1.2.90"), address("10.1.3.90")})) == ok);
    schema::Record patch;
    patch.subnet = lab.side;
    REQUIRE(code(lab.modify(lab.ann, "one", patch, mask_of<schema::Record>("subnet"))) == ok);
    const auto one = lab.shown("one");
    REQUIRE(one.addresses.size() == 2);
    CHECK(prefix("10.1.4.0/28").contains(one.addresses.front()));
    CHECK(one.addresses.back() == address("10.1.3.90"));
    patch.subnet = lab.red;
    REQUIRE(code(lab.modify(lab.ann, "one", patch, mask_of<schema::Record>("subnet"))) == ok);
    CHECK(lab.shown("one").subnets.empty());
    CHECK(lab.shown("one").addresses.size() == 1);
}

TEST_CASE("[1.9/subnets] a dry run says what would be chosen, or why not, and changes nothing") {
    Several lab;
    schema::Record record;
    record.name = "dry";
    record.subnet = lab.front;
    record.subnets = {lab.back};
    const auto before = lab.everything();
    wire::Options dry;
    dry.dry_run = true;
    const auto ack = lab.create(lab.ann, record, {}, dry);
    CHECK(code(ack) == ok);
    CHECK(ack.notes.front().find("would create record dry") == 0);
    schema::Record patch;
    patch.subnets = {lab.back};
    const auto change = lab.modify(lab.ann, "r1", patch, mask_of<schema::Record>("subnets"), dry);
    REQUIRE(!change.notes.empty());
    CHECK(change.notes.front().find("would change record r1: ") == 0);
    CHECK(change.notes.front().find("subnets") != std::string::npos);
    CHECK(change.notes.front().find("addresses") != std::string::npos);
    record.subnets = {lab.far};
    CHECK(lab.create(lab.ann, record, {}, dry).field == "subnets");
    CHECK(lab.everything() == before);
}

TEST_CASE("[1.10/subnets] a pool of addresses is asked where it has a range, the subnet where it has none") {
    Several lab;
    schema::AddressPool pool;
    pool.partition = lab.blue;
    pool.name = "picks";
    pool.ranges = {prefix("10.1.3.64/28")};
    const auto made = lab.create(lab.ann, pool);
    REQUIRE(code(made) == ok);
    schema::Record record;
    record.name = "pooled";
    record.subnet = lab.front;
    record.address_pool = object_of<schema::AddressPool>(made.object).id;
    CHECK_REFUSED(lab, lab.create(lab.ann, record), ErrorCode::invalid, "address-pool");
    record.subnets = {lab.back};
    REQUIRE(code(lab.create(lab.ann, record)) == ok);
    const auto pooled = lab.shown("pooled");
    REQUIRE(pooled.addresses.size() == 2);
    CHECK(prefix("10.1.2.0/24").contains(pooled.addresses.front()));
    CHECK(prefix("10.1.3.64/28").contains(pooled.addresses.back()));
}

TEST_CASE("[1.5/subnets] [4.2/subnets] [5.4/subnets] hosts get each subnet's ACL and table, step by step") {
    Several lab;
    schema::NetworkAcl acl;
    acl.partition = lab.blue;
    acl.name = "tight";
    const auto made = lab.create(lab.ann, acl);
    REQUIRE(code(made) == ok);
    schema::Subnet patch;
    patch.acl = object_of<schema::NetworkAcl>(made.object).id;
    REQUIRE(code(lab.modify(lab.ann, to_string(lab.back), patch, mask_of<schema::Subnet>("acl"))) == ok);
    const auto attachment = lab.attached("r1", "i1");
    const auto alone = lab.port(attachment);
    REQUIRE(alone);
    CHECK(alone->subnets.empty());
    const auto keys = [&] { return Desired{lab.cloud()}.keys(lab.h1); };
    const Key acl_of_back{schema::DesiredKind::acl, patch.acl, 0, {}};
    CHECK(!keys().contains(acl_of_back));

    const auto ack = lab.set_subnets("r1", {lab.back});
    REQUIRE(code(ack) == ok);
    REQUIRE(ack.operation);
    const auto both = lab.port(attachment);
    REQUIRE(both->subnets.size() == 1);
    CHECK(both->subnets.front().router == address("10.1.3.1"));
    CHECK(both->subnets.front().prefix_length == 24);
    CHECK(both->subnets.front().acl == patch.acl);
    CHECK(both->subnets.front().table == both->table);
    CHECK(both->router == alone->router);
    CHECK(keys().contains(acl_of_back));
    CHECK(Desired{lab.cloud()}.object(lab.h1, acl_of_back).has_value());
    lab.acknowledge_until_ended(ack.operation);

    const auto first = lab.shown("r1").addresses.front();
    const auto withdrawn = lab.set("r1", {}, {first});
    REQUIRE(code(withdrawn) == ok);
    // Until hosts have let go of the former address, its subnet is told to them and stays.
    CHECK(lab.port(attachment)->subnets.size() == 1);
    CHECK(code(lab.remove(lab.ann, Kind::subnet, to_string(lab.back))) == ErrorCode::conflict);
    lab.acknowledge_until_ended(withdrawn.operation);
    CHECK(lab.port(attachment)->subnets.empty());
    CHECK(!keys().contains(acl_of_back));
    CHECK(code(lab.remove(lab.ann, Kind::subnet, to_string(lab.back))) == ok);
}

TEST_CASE("[3.2/subnets] who may set addresses alone takes a record to no other subnet") {
    Several lab;
    schema::Record lists;
    lists.ip_setters = {"bob"};
    REQUIRE(code(lab.modify(lab.ann, "r1", lists, mask_of<schema::Record>("ip-setters"))) == ok);
    schema::Record patch;
    patch.subnets = {lab.back};
    const auto id = to_string(lab.shown("r1").id);
    CHECK_REFUSED(lab, lab.modify(lab.bob, id, patch, mask_of<schema::Record>("subnets")), ErrorCode::refused,
                  "subnets");
}
