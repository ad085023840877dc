// SPDX-License-Identifier: Apache-2.0
// The four lists of a record and that of an instance (row 3.2).
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

// bob's record `shared` in red, ann's instance i1 on h1.
struct Lists : Lab {
    schema::Partition red = add_partition(bob, "red");
    Id shared = add_record(bob, subnet_of(red), "shared").id;
    const Principal ann_in_team{"ann", Role::customer, {}, {"team"}};

    wire::Ack list(const std::function<void(schema::Record&)>& edit, wire::Mask mask = 0) {
        schema::Record patch;
        edit(patch);
        return modify(bob, "shared", patch, mask == 0 ? wire::changed_fields(patch) : mask);
    }
    wire::Ack attach_as(const Principal& who, const std::string& record, const std::string& instance) {
        return ask(&Service::attach, who, wire::AttachRequest{record, instance, {}, {}, false, false, {}});
    }
    wire::Ack detach_as(const Principal& who, const std::string& record, const std::string& instance = {}) {
        return ask(&Service::detach, who, wire::DetachRequest{record, instance, {}});
    }
};

}  // namespace

TEST_CASE("[3.2/attach] entries are principals, groups and roles; without one the record is not there") {
    Lists lists;
    CHECK_REFUSED(lists, lists.attach_as(lists.ann, "red/shared", "i1"), ErrorCode::not_found, "record");
    SUBCASE("a principal") {
        REQUIRE(code(lists.list([](auto& r) { r.attachers = {"ann"}; })) == ok);
        CHECK(code(lists.attach_as(lists.ann, "red/shared", "i1")) == ok);
    }
    SUBCASE("another principal") {
        REQUIRE(code(lists.list([](auto& r) { r.attachers = {"anna", "an"}; })) == ok);
        CHECK_REFUSED(lists, lists.attach_as(lists.ann, "red/shared", "i1"), ErrorCode::not_found, "record");
    }
    SUBCASE("a group") {
        REQUIRE(code(lists.list([](auto& r) { r.attachers = {"group:team"}; })) == ok);
        CHECK_REFUSED(lists, lists.attach_as(lists.ann, "red/shared", "i1"), ErrorCode::not_found, "record");
        CHECK(code(lists.attach_as(lists.ann_in_team, "red/shared", "i1")) == ok);
    }
    SUBCASE("a role") {
        REQUIRE(code(lists.list([](auto& r) { r.attachers = {"role:operator"}; })) == ok);
        CHECK_REFUSED(lists, lists.attach_as(lists.ann, "red/shared", "i1"), ErrorCode::not_found, "record");
        REQUIRE(code(lists.list([](auto& r) { r.attachers = {"role:customer"}; })) == ok);
        CHECK(code(lists.attach_as(lists.ann, "red/shared", "i1")) == ok);
    }
    SUBCASE("taken from the list again") {
        REQUIRE(code(lists.list([](auto& r) { r.attachers = {"ann"}; })) == ok);
        REQUIRE(code(lists.list([](auto&) {}, mask_of<schema::Record>("attachers"))) == ok);
        CHECK_REFUSED(lists, lists.attach_as(lists.ann, "red/shared", "i1"), ErrorCode::not_found, "record");
    }
}

TEST_CASE("[3.2/attach] the instance has a say too: its owner, its own attachers") {
    Lists lists;
    const Principal carl{"carl", Role::customer};
    REQUIRE(code(lists.list([](auto& r) { r.attachers = {"role:customer"}; })) == ok);
    CHECK_REFUSED(lists, lists.attach_as(carl, "red/shared", "i1"), ErrorCode::not_found, "instance");
    // Its owner needs the right on the instance as everyone does.
    CHECK_REFUSED(lists, lists.attach_as(lists.bob, "shared", to_string(lists.i1)), ErrorCode::not_found,
                  "instance");
    schema::Instance patch;
    patch.attachers = {"carl"};
    REQUIRE(code(lists.modify(lists.ann, "i1", patch)) == ok);
    CHECK(code(lists.attach_as(carl, "red/shared", "i1")) == ok);
}

TEST_CASE("[3.2/attach] who attaches another's record may not let it be deleted with the instance") {
    Lists lists;
    REQUIRE(code(lists.list([](auto& r) { r.attachers = {"ann"}; })) == ok);
    const wire::AttachRequest request{"red/shared", "i1", {}, {}, true, true, {}};
    CHECK_REFUSED(lists, lists.ask(&Service::attach, lists.ann, request), ErrorCode::refused,
                  "delete-on-terminate");
}

TEST_CASE("[3.2/detach] detachers, attachers without any, the record's owner, the instance's owner always") {
    Lists lists;
    const Principal carl{"carl", Role::customer}, dora{"dora", Role::customer};
    schema::Instance patch;
    patch.attachers = {"carl"};
    REQUIRE(code(lists.modify(lists.ann, "i1", patch)) == ok);
    REQUIRE(code(lists.list([](auto& r) { r.attachers = {"carl"}; })) == ok);
    REQUIRE(code(lists.attach_as(carl, "red/shared", "i1")) == ok);
    CHECK_REFUSED(lists, lists.detach_as(dora, "red/shared"), ErrorCode::not_found, "record");
    SUBCASE("an attacher") { CHECK(code(lists.detach_as(carl, "red/shared")) == ok); }
    SUBCASE("not with detachers") {
        REQUIRE(code(lists.list([](auto& r) { r.detachers = {"dora"}; })) == ok);
        CHECK_REFUSED(lists, lists.detach_as(carl, "red/shared"), ErrorCode::refused, "");
        CHECK(code(lists.detach_as(dora, "red/shared")) == ok);
    }
    SUBCASE("the record's owner") { CHECK(code(lists.detach_as(lists.bob, "shared")) == ok); }
    SUBCASE("the instance's owner, by the record") {
        CHECK(code(lists.detach_as(lists.ann, "red/shared", "i1")) == ok);
    }
    SUBCASE("the instance's owner, by the instance") {
        CHECK(code(lists.detach_as(lists.ann, {}, "i1")) == ok);
    }
}

TEST_CASE("[3.2/modify] modifiers change fields but addresses and lists, IP setters change addresses alone") {
    Lists lists;
    const Principal mod{"mod", Role::customer}, ips{"ips", Role::customer};
    REQUIRE(code(lists.list([](auto& r) {
                r.modifiers = {"mod"};
                r.ip_setters = {"ips"};
            })) == ok);
    schema::Record text;
    text.description = "x";
    CHECK(code(lists.modify(mod, "red/shared", text)) == ok);
    text.description = "y";
    CHECK_REFUSED(lists, lists.modify(ips, "red/shared", text), ErrorCode::refused, "description");
    schema::Record address;
    address.addresses = {Address::parse("10.1.2.77").value()};
    CHECK_REFUSED(lists, lists.modify(mod, "red/shared", address), ErrorCode::refused, "addresses");
    CHECK(code(lists.modify(ips, "red/shared", address)) == ok);
    schema::Record both = address;
    both.addresses = {Address::parse("10.1.2.78").value()};
    both.description = "z";
    CHECK_REFUSED(lists, lists.modify(ips, "red/shared", both), ErrorCode::refused, "description");
    schema::Record list;
    list.attachers = {"mod"};
    CHECK_REFUSED(lists, lists.modify(mod, "red/shared", list), ErrorCode::refused, "attachers");
    CHECK_REFUSED(lists, lists.remove(mod, Kind::record, "red/shared"), ErrorCode::refused, "");
}

TEST_CASE("[3.2/see] who is on a list sees the record, both owners see what is attached, others nothing") {
    Lists lists;
    const auto sees = [&](const Principal& who, Kind kind) {
        return lists.service->list(who, {kind, {}, {}, 0}).value().objects.size();
    };
    CHECK(sees(lists.bob, Kind::attachment) == 0);
    const auto of_ann = sees(lists.ann, Kind::record);
    REQUIRE(code(lists.list([](auto& r) { r.attachers = {"ann"}; })) == ok);
    CHECK(sees(lists.ann, Kind::record) == of_ann + 1);
    CHECK(lists.service->show(lists.ann, Kind::record, {}, lists.cloud().find(lists.shared)));
    CHECK(lists.service->ask(lists.ann, Verb::counters, Kind::record, "red/shared"));
    CHECK(!lists.service->get(lists.ann, {Kind::partition, "bob/red"}));
    REQUIRE(code(lists.attach_as(lists.ann, "red/shared", "i1")) == ok);
    CHECK(sees(lists.bob, Kind::attachment) == 1);
    CHECK(lists.service->get(lists.bob, {Kind::instance, to_string(lists.i1)}));
    CHECK(lists.service->get(
        lists.ann, {Kind::attachment, to_string(lists.cloud().attachment(lists.shared, lists.i1)->id)}));
    // Off the list, but it is attached to her instance.
    REQUIRE(code(lists.list([](auto&) {}, mask_of<schema::Record>("attachers"))) == ok);
    CHECK(sees(lists.ann, Kind::record) == of_ann + 1);
    REQUIRE(code(lists.detach_as(lists.ann, "red/shared")) == ok);
    lists.acknowledge_until([&] { return !lists.cloud().attachment(lists.shared, lists.i1); });
    CHECK(sees(lists.ann, Kind::record) == of_ann);
}

TEST_CASE("[1.12/lists] an entry that is none is refused, its field and the rule named") {
    Lists lists;
    const auto refuses = [&](std::vector<std::string> entries, const std::string& field) {
        CHECK_REFUSED(lists, lists.list([&](auto& r) { r.modifiers = entries; }), ErrorCode::invalid, field);
    };
    refuses({"ann", "group:"}, "modifiers[1]");
    refuses({"role:king"}, "modifiers[0]");
    refuses({"group:a:b"}, "modifiers[0]");
    refuses({"two words"}, "modifiers[0]");
    refuses({std::string(256, 'x')}, "modifiers[0]");
    refuses({"ann", "bob", "ann"}, "modifiers[2]");
    refuses(std::vector<std::string>(33, "x"), "modifiers");
    refuses({"a\nb"}, "modifiers[0]");
    const auto text = lists.list([](auto& r) { r.attachers = {"team:x"}; }).text;
    CHECK(text == "'team:x' is not the name of a principal, group:NAME, role:customer or role:operator");
    schema::Instance patch;
    patch.attachers = {""};
    CHECK_REFUSED(lists, lists.modify(lists.ann, "i1", patch), ErrorCode::invalid, "attachers[0]");
}
