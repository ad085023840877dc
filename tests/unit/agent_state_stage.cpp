// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "agent/state/object.h"
#include "agent/state/stage.h"
#include "weft/wire/codec.h"

using namespace weft;
using namespace weft::agent;

namespace {

schema::Mapping mapping(unsigned last, std::uint64_t host) {
    return {7, Prefix::host(Address::v4(0x0a010200 + last)), {Kind::host, host}, {Kind::record, last}, {}, 0};
}
wire::Put put(const Object& object) { return encode_object(object).value(); }
wire::Erase erase(const Object& object) { return {key_of(object).kind, key_of(object).key}; }

}  // namespace

TEST_CASE("[8.5/state] the last word on a key before the commit counts") {
    Stage stage;
    REQUIRE(stage.put(put(mapping(1, 1))).has_value());
    REQUIRE(stage.put(put(mapping(1, 2))).has_value());
    stage.erase(erase(mapping(2, 1)));
    REQUIRE(stage.put(put(mapping(2, 3))).has_value());
    REQUIRE(stage.put(put(mapping(3, 1))).has_value());
    stage.erase(erase(mapping(3, 1)));
    const auto changes = stage.take_changes();
    REQUIRE(changes.puts.size() == 2);
    CHECK(std::get<schema::Mapping>(changes.puts[0]) == mapping(1, 2));
    CHECK(std::get<schema::Mapping>(changes.puts[1]) == mapping(2, 3));
    REQUIRE(changes.deletes.size() == 1);
    CHECK(changes.deletes[0] == key_of(mapping(3, 1)));

    const auto again = stage.take_changes();
    CHECK(again.puts.empty());
    CHECK(again.deletes.empty());
}

TEST_CASE("[8.5/state] puts come in the order of kinds, deletes the other way round") {
    Stage stage;
    schema::Peer peer;
    peer.host = {Kind::host, 5};
    schema::Port port;
    port.attachment = {Kind::attachment, 6};
    port.record = {Kind::record, 6};
    port.gni = 7;
    REQUIRE(stage.put(put(port)).has_value());
    REQUIRE(stage.put(put(mapping(1, 5))).has_value());
    REQUIRE(stage.put(put(peer)).has_value());
    auto changes = stage.take_changes();
    REQUIRE(changes.puts.size() == 3);
    CHECK(key_of(changes.puts[0]).kind == schema::DesiredKind::peer);
    CHECK(key_of(changes.puts[1]).kind == schema::DesiredKind::mapping);
    CHECK(key_of(changes.puts[2]).kind == schema::DesiredKind::port);

    stage.erase(erase(peer));
    stage.erase(erase(port));
    stage.erase(erase(mapping(1, 5)));
    changes = stage.take_changes();
    REQUIRE(changes.deletes.size() == 3);
    CHECK(changes.deletes[0].kind == schema::DesiredKind::port);
    CHECK(changes.deletes[1].kind == schema::DesiredKind::mapping);
    CHECK(changes.deletes[2].kind == schema::DesiredKind::peer);
}

TEST_CASE("[4.1/order] what a port's policy is made of is put before the port and erased after it") {
    Stage stage;
    schema::Group group;
    group.id = {Kind::security_group, 1};
    group.gni = 7;
    const schema::Tag tag{7, 1, {group.id}};
    schema::Acl acl;
    acl.id = {Kind::network_acl, 1};
    schema::Port port;
    port.attachment = {Kind::attachment, 6};
    port.record = {Kind::record, 6};
    port.gni = 7;
    const std::vector<Object> objects{port, tag, group, acl};
    for (const auto& object : objects) REQUIRE(stage.put(put(object)).has_value());
    CHECK(stage.take_changes().puts == std::vector<Object>{acl, group, tag, port});
    for (const auto& object : objects) stage.erase(erase(object));
    CHECK(stage.take_changes().deletes ==
          std::vector<ObjectKey>{key_of(port), key_of(tag), key_of(group), key_of(acl)});
}

TEST_CASE("[8.5/state] a snapshot starts from nothing and ends with its commit") {
    Stage stage;
    REQUIRE(stage.put(put(mapping(1, 1))).has_value());
    stage.begin_snapshot();
    CHECK(stage.in_snapshot());
    REQUIRE(stage.put(put(mapping(2, 1))).has_value());
    REQUIRE(stage.put(put(mapping(3, 1))).has_value());
    stage.erase(erase(mapping(3, 1)));
    const auto desired = stage.take_snapshot();
    CHECK(desired.size() == 1);
    CHECK(desired.find<schema::Mapping>(mapping(2, 1).key()) != nullptr);
    CHECK_FALSE(stage.in_snapshot());
}

TEST_CASE("[1.12/session] an object that breaks its table is refused with the field, and nothing is staged") {
    Stage stage;
    auto wrong = mapping(1, 1);
    wrong.gni = 0x1000000;  // 24 bits
    const auto refused = stage.put({schema::DesiredKind::mapping, wire::encode(wrong).value()});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().field == "mapping.gni");

    const auto truncated = stage.put({schema::DesiredKind::port, {8, 0, 1}});
    REQUIRE_FALSE(truncated.has_value());
    CHECK(truncated.error().field.starts_with("port"));

    auto nowhere = mapping(1, 1);
    nowhere.host = {};
    const auto empty =
        stage.put({schema::DesiredKind::mapping, wire::encode(nowhere, ~wire::Mask{0}).value()});
    REQUIRE_FALSE(empty.has_value());
    CHECK(empty.error().field == "mapping.host");
    CHECK(stage.take_changes().puts.empty());
}
