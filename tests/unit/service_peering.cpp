// SPDX-License-Identifier: Apache-2.0
// Routes from one partition into another: who allows them, what hosts hold of both, and what ends them.
#include <doctest/doctest.h>

#include <algorithm>

#include "coordinator/distribution/desired.h"
#include "coordinator/service/query/view.h"
#include "service_world.h"

using namespace weft;
using namespace weft::test;
using schema::DesiredKind;
using schema::RouteEntry;
using schema::RouteTable;
using schema::RouteTo;

namespace {

constexpr auto ok = ErrorCode{};

Prefix prefix(const char* text) { return Prefix::parse(text).value(); }

// blue 10.1.0.0/16 of ann, green 10.2.0.0/16 of bob, red 10.3.0.0/16 of ann.
struct Peered : World {
    schema::Partition blue{make(ann, "blue", "10.1")};
    schema::Partition green{make(bob, "green", "10.2")};
    schema::Partition red{make(ann, "red", "10.3")};

    schema::Partition make(const Principal& owner, const std::string& name, const std::string& range) {
        return object_of<schema::Partition>(
            create(owner, partition(name, range + ".0.0/16"), {subnet(name + "-front", range + ".2.0/24")})
                .object);
    }
    wire::Ack route_to(const Principal& who, const std::string& table, const char* to, Id target) {
        RouteTable patch;
        if (to != nullptr) patch.routes = {{prefix(to), RouteTo::partition, {}, target}};
        RouteTable given;
        given.routes = {{prefix("10.0.0.0/8"), RouteTo::blackhole, {}, {}}};
        return to != nullptr ? modify(who, table, patch)
                             : modify(who, table, patch, wire::changed_fields(given));
    }
    wire::Ack name_peers(const Principal& who, const std::string& name, std::vector<Id> peers) {
        schema::Partition patch, given;
        patch.peers = std::move(peers);
        given.peers = {blue.id};
        return modify(who, name, patch, wire::changed_fields(given));
    }
    [[nodiscard]] bool holds(Id host, DesiredKind kind, const schema::Partition& of, const char* to) const {
        const Desired view{cloud()};
        const Key key{kind, of.id, of.gni, prefix(to)};
        return view.object(host, key).has_value() && view.keys(host).contains(key);
    }
    [[nodiscard]] schema::Route main_route(Id host, const char* to) const {
        const Desired view{cloud()};
        return std::get<schema::Route>(
            view.object(host, {DesiredKind::route, blue.id, blue.gni, prefix(to)}).value());
    }
};

}  // namespace

TEST_CASE("[5.4/peering] a route into another partition needs its consent and ranges apart") {
    Peered world;
    const auto into_green = [&](const char* to) {
        return world.route_to(world.ann, "blue/main", to, world.green.id);
    };
    CHECK_REFUSED(world, into_green("10.2.0.0/16"), ErrorCode::refused, "routes[0].partition");
    REQUIRE(code(world.name_peers(world.bob, "green", {world.blue.id})) == ok);
    CHECK_REFUSED(world, into_green("10.3.0.0/16"), ErrorCode::invalid, "routes[0].prefix");
    CHECK_REFUSED(world, into_green("10.1.9.0/24"), ErrorCode::invalid, "routes[0].prefix");
    CHECK_REFUSED(world, world.route_to(world.ann, "blue/main", "10.1.9.0/24", world.blue.id),
                  ErrorCode::invalid, "routes[0].partition");
    CHECK(code(into_green("10.2.0.0/16")) == ok);
    SUBCASE("red has no consent") {
        CHECK_REFUSED(world, world.route_to(world.ann, "red/main", "10.2.0.0/16", world.green.id),
                      ErrorCode::refused, "routes[0].partition");
    }
    SUBCASE("ranges that come to overlap later") {
        schema::Partition patch;
        patch.cidrs = {prefix("10.2.0.0/16"), prefix("10.1.0.0/17")};
        CHECK_REFUSED(world, world.modify(world.bob, "green", patch), ErrorCode::conflict, "cidrs");
    }
    SUBCASE("a third with the same addresses as one that is routed in") {
        const auto twin = world.make(world.root, "twin", "10.1");
        REQUIRE(code(world.name_peers(world.bob, "green", {world.blue.id, twin.id})) == ok);
        CHECK_REFUSED(world, world.route_to(world.root, "twin/main", "10.2.0.0/16", world.green.id),
                      ErrorCode::conflict, "routes[0].partition");
    }
    SUBCASE("its own addresses") {
        const auto twin = world.make(world.root, "twin", "10.2");
        REQUIRE(code(world.name_peers(world.bob, "green", {world.blue.id, twin.id})) == ok);
        CHECK_REFUSED(world, world.route_to(world.root, "twin/main", "10.2.0.0/16", world.green.id),
                      ErrorCode::conflict, "routes[0].partition");
    }
}

TEST_CASE("[5.4/peering] hosts hold of the other partition what the route names, a third one nothing") {
    Peered world;
    const Id h1 = world.add_host("h1", "192.0.2.1");
    const Id h2 = world.add_host("h2", "192.0.2.2");
    const Id h3 = world.add_host("h3", "192.0.2.3");
    const auto a = world.add_record(world.ann, world.subnet_of(world.blue), "a");
    const auto g = world.add_record(world.bob, world.subnet_of(world.green), "g");
    (void)world.add_record(world.ann, world.subnet_of(world.red), "r");
    world.add_instance(world.ann, "i1", h1);
    world.add_instance(world.bob, "i2", h2);
    world.add_instance(world.ann, "i3", h3);
    (void)world.attached("a", "i1");
    (void)world.attached("g", "i2");
    (void)world.attached("r", "i3");
    const auto to_g = to_string(g.addresses.front()) + "/32";
    const auto from_a = to_string(a.addresses.front()) + "/32";
    const auto peers = [&](Id host, Id other) {
        return Desired{world.cloud()}.object(host, peer_key(other)).has_value();
    };
    CHECK_FALSE(peers(h1, h2));
    REQUIRE(code(world.name_peers(world.bob, "green", {world.blue.id})) == ok);
    CHECK_FALSE(world.holds(h1, DesiredKind::mapping, world.green, to_g.c_str()));
    REQUIRE(code(world.route_to(world.ann, "blue/main", "10.2.2.0/24", world.green.id)) == ok);

    CHECK(world.main_route(h1, "10.2.2.0/24").target == schema::RouteTarget::partition);
    CHECK(world.main_route(h1, "10.2.2.0/24").gni == world.green.gni);
    CHECK(world.holds(h1, DesiredKind::mapping, world.green, to_g.c_str()));
    CHECK(world.holds(h2, DesiredKind::source, world.green, from_a.c_str()));
    CHECK(peers(h1, h2));
    CHECK(peers(h2, h1));
    // One way only: green has no route to blue, and nobody else has anything.
    CHECK_FALSE(world.holds(h2, DesiredKind::mapping, world.blue, from_a.c_str()));
    CHECK_FALSE(world.holds(h1, DesiredKind::source, world.blue, to_g.c_str()));
    CHECK_FALSE(world.holds(h1, DesiredKind::source, world.green, to_g.c_str()));
    CHECK_FALSE(world.holds(h3, DesiredKind::mapping, world.green, to_g.c_str()));
    CHECK_FALSE(world.holds(h3, DesiredKind::source, world.green, from_a.c_str()));
    CHECK_FALSE(peers(h3, h2));

    // A route that does not name g's address takes its mapping away.
    REQUIRE(code(world.route_to(world.ann, "blue/main", "10.2.9.0/24", world.green.id)) == ok);
    CHECK_FALSE(world.holds(h1, DesiredKind::mapping, world.green, to_g.c_str()));
}

TEST_CASE("[5.4/peering] without the consent its routes are a blackhole, and records say why") {
    Peered world;
    const Id h1 = world.add_host("h1", "192.0.2.1");
    const auto a = world.add_record(world.ann, world.subnet_of(world.blue), "a");
    world.add_instance(world.ann, "i1", h1);
    (void)world.attached("a", "i1");
    REQUIRE(code(world.name_peers(world.bob, "green", {world.blue.id})) == ok);
    REQUIRE(code(world.route_to(world.ann, "blue/main", "10.2.0.0/16", world.green.id)) == ok);
    const auto notice = [&] {
        return *view(world.cloud(), world.hosts, *world.cloud().find<schema::Record>(a.id)).notice;
    };
    CHECK(notice().empty());
    const auto withdrawn = world.name_peers(world.bob, "green", {});
    REQUIRE(code(withdrawn) == ok);
    REQUIRE(withdrawn.notes.size() == 1);
    CHECK(world.main_route(h1, "10.2.0.0/16").target == schema::RouteTarget::blackhole);
    CHECK(notice().find("10.2.0.0/16 is a blackhole: partition green") != std::string::npos);
    // What stands may stay while other routes change.
    RouteTable patch;
    patch.routes = {{prefix("10.2.0.0/16"), RouteTo::partition, {}, world.green.id},
                    {prefix("192.0.2.0/24"), RouteTo::blackhole, {}, {}}};
    CHECK(code(world.modify(world.ann, "blue/main", patch)) == ok);
    REQUIRE(code(world.name_peers(world.bob, "green", {world.blue.id})) == ok);
    CHECK(world.main_route(h1, "10.2.0.0/16").target == schema::RouteTarget::partition);
    CHECK_REFUSED(world, world.name_peers(world.bob, "green", {world.green.id}), ErrorCode::invalid,
                  "peers[0]");
}

TEST_CASE("[5.4/peering] [4.1/tag] rules may name groups of a partition that peers, and of no other") {
    Peered world;
    const auto group_of = [&](const schema::Partition& partition) {
        return world.cloud().group(partition.id, "default")->id;
    };
    schema::SecurityGroup patch;
    patch.rules.resize(1);
    patch.rules[0].group = group_of(world.green);
    CHECK_REFUSED(world, world.modify(world.ann, "blue/default", patch), ErrorCode::invalid,
                  "rules[0].group");
    REQUIRE(code(world.name_peers(world.bob, "green", {world.blue.id})) == ok);
    CHECK(code(world.modify(world.ann, "blue/default", patch)) == ok);
    patch.rules[0].group = group_of(world.blue);
    CHECK(code(world.modify(world.bob, "green/default", patch)) == ok);
    CHECK_REFUSED(world, world.modify(world.ann, "red/default", patch), ErrorCode::invalid, "rules[0].group");
}
