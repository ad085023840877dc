// SPDX-License-Identifier: Apache-2.0
// Network ACLs and the subnets that have them.
#include <doctest/doctest.h>

#include "service_world.h"

using namespace weft;
using namespace weft::test;
using schema::AclRule;
using schema::NetworkAcl;
using schema::Subnet;

namespace {

constexpr auto ok = ErrorCode{};

NetworkAcl acl_in(Id partition, const std::string& name, std::vector<AclRule> rules = {}) {
    NetworkAcl acl;
    acl.name = name;
    acl.partition = partition;
    acl.rules = std::move(rules);
    return acl;
}
AclRule rule(std::uint32_t number, schema::Direction direction = schema::Direction::ingress) {
    AclRule rule;
    rule.number = number;
    rule.direction = direction;
    return rule;
}

}  // namespace

TEST_CASE("[4.2/order] the rules of an ACL are ordered by direction and number, each once") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    const auto egress = schema::Direction::egress;
    const auto ack =
        world.create(world.ann, acl_in(blue.id, "front", {rule(20), rule(10, egress), rule(10)}));
    REQUIRE(code(ack) == ok);
    const auto rules = object_of<NetworkAcl>(ack.object).rules;
    CHECK(rules == std::vector{rule(10), rule(20), rule(10, egress)});
    CHECK_REFUSED(world, world.create(world.ann, acl_in(blue.id, "x", {rule(10), rule(20), rule(10)})),
                  ErrorCode::invalid, "rules[2].number");
    CHECK_REFUSED(world, world.create(world.ann, acl_in(blue.id, "x", {rule(0)})), ErrorCode::invalid,
                  "rules[0].number");
    auto ports = rule(1);
    ports.ports = {80, 80};
    CHECK_REFUSED(world, world.create(world.ann, acl_in(blue.id, "x", {ports})), ErrorCode::invalid,
                  "rules[0].ports");
    CHECK_REFUSED(world, world.create(world.ann, acl_in(blue.id, "front")), ErrorCode::conflict, "name");
    CHECK_REFUSED(world, world.create(world.bob, acl_in(blue.id, "x")), ErrorCode::not_found, "partition");
    std::vector<AclRule> many;
    for (std::uint32_t i = 1; i <= 201; ++i) many.push_back(rule(i));
    CHECK_REFUSED(world, world.create(world.ann, acl_in(blue.id, "x", many)), ErrorCode::invalid, "rules");
    many.pop_back();
    CHECK(code(world.create(world.ann, acl_in(blue.id, "x", many))) == ok);
}

TEST_CASE("[4.2/subnet] a subnet has an ACL of its partition, which then is not deleted") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    const auto red = world.add_partition(world.ann, "red");
    const auto front = object_of<NetworkAcl>(world.create(world.ann, acl_in(blue.id, "front")).object).id;
    const auto foreign = object_of<NetworkAcl>(world.create(world.ann, acl_in(red.id, "front")).object).id;
    Subnet patch;
    patch.acl = foreign;
    CHECK_REFUSED(world, world.modify(world.ann, "blue/front", patch), ErrorCode::invalid, "acl");
    patch.acl = front;
    REQUIRE(code(world.modify(world.ann, "blue/front", patch)) == ok);
    CHECK_REFUSED(world, world.remove(world.ann, Kind::network_acl, "blue/front"), ErrorCode::conflict, "");
    const auto used = world.remove(world.ann, Kind::network_acl, "blue/front");
    CHECK(used.text == "subnet front has acl front");
    CHECK(code(world.modify(world.ann, "blue/front", Subnet{}, wire::changed_fields(patch))) == ok);
    CHECK(code(world.remove(world.ann, Kind::network_acl, "blue/front")) == ok);
    auto back = World::subnet("back", "10.1.3.0/24");
    back.partition = blue.id;
    back.acl = front;
    CHECK_REFUSED(world, world.create(world.ann, back), ErrorCode::invalid, "acl");
}
