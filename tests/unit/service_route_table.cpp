// SPDX-License-Identifier: Apache-2.0
// Route tables, what they may say, and what hosts hold of them.
#include <doctest/doctest.h>

#include "coordinator/distribution/desired.h"
#include "service_world.h"

using namespace weft;
using namespace weft::test;
using schema::RouteEntry;
using schema::RouteTable;
using schema::RouteTo;

namespace {

constexpr auto ok = ErrorCode{};

Prefix prefix(const char* text) { return Prefix::parse(text).value(); }

RouteTable table_in(Id partition, const std::string& name, std::vector<RouteEntry> routes = {}) {
    RouteTable table;
    table.name = name;
    table.partition = partition;
    table.routes = std::move(routes);
    return table;
}
RouteTable with_routes(std::vector<RouteEntry> routes) { return table_in({}, "", std::move(routes)); }

struct Routed : World {
    schema::Partition blue{add_partition(ann, "blue")};
    schema::Record fw{add_record(ann, subnet_of(blue), "fw")};

    [[nodiscard]] std::optional<schema::Route> held(Id host, std::uint32_t table, const char* to) const {
        const Desired view{cloud()};
        const auto object = view.object(host, {schema::DesiredKind::route, blue.id, table, prefix(to)});
        if (!object) return std::nullopt;
        return std::get<schema::Route>(*object);
    }
};

}  // namespace

TEST_CASE("[5.4/main] a partition has a main route table, whose number is its GNI") {
    Routed world;
    const auto main = world.cloud().route_table(world.blue.id, "main");
    REQUIRE(main);
    CHECK(main->number == world.blue.gni);
    CHECK(main->routes.empty());
    CHECK_REFUSED(world, world.remove(world.ann, Kind::route_table, "main"), ErrorCode::conflict, "");
    CHECK_REFUSED(world, world.modify(world.ann, "main", table_in({}, "other")), ErrorCode::conflict, "name");
    const auto out = world.create(world.ann, table_in(world.blue.id, "out"));
    REQUIRE(code(out) == ok);
    CHECK(object_of<RouteTable>(out.object).number > schema::max_gni);
}

TEST_CASE("[1.12/routes] a route that makes no sense is refused, its place and field named") {
    Routed world;
    const auto red = world.add_partition(world.ann, "red");
    const auto foreign = world.add_record(world.ann, world.subnet_of(red), "fw").id;
    const RouteEntry good{prefix("0.0.0.0/0"), RouteTo::record, world.fw.id, {}};
    const std::pair<RouteEntry, const char*> refusals[] = {
        {{prefix("10.1.2.0/24"), RouteTo::blackhole, {}, {}}, "routes[1].prefix"},
        {{prefix("10.1.2.128/25"), RouteTo::record, world.fw.id, {}}, "routes[1].prefix"},
        {{{}, RouteTo::blackhole, {}, {}}, "routes[1].prefix"},
        {{prefix("0.0.0.0/0"), RouteTo::blackhole, {}, {}}, "routes[1].prefix"},
        {{prefix("192.0.2.0/24"), RouteTo::record, {}, {}}, "routes[1].record"},
        {{prefix("192.0.2.0/24"), RouteTo::blackhole, world.fw.id, {}}, "routes[1].record"},
        {{prefix("192.0.2.0/24"), RouteTo::record, foreign, {}}, "routes[1].record"},
        {{prefix("192.0.2.0/24"), RouteTo::record, {Kind::record, 4711}, {}}, "routes[1].record"},
        {{prefix("2001:db8::/32"), RouteTo::record, world.fw.id, {}}, "routes[1].record"}};
    for (const auto& wrong : refusals) {
        const auto& [route, field] = wrong;
        CAPTURE(to_string(wrong.first.prefix));
        CHECK_REFUSED(world, world.create(world.ann, table_in(world.blue.id, "x", {good, route})),
                      ErrorCode::invalid, field);
        CHECK_REFUSED(world, world.modify(world.ann, "blue/main", with_routes({good, route})),
                      ErrorCode::invalid, field);
    }
    // Less specific than a subnet, or inside one but local, is fine.
    CHECK(code(world.modify(world.ann, "blue/main",
                            with_routes({good,
                                         {prefix("10.1.0.0/16"), RouteTo::blackhole, {}, {}},
                                         {prefix("10.1.2.0/25"), RouteTo::local, {}, {}}}))) == ok);
    CHECK_REFUSED(world, world.create(world.bob, table_in(world.blue.id, "x")), ErrorCode::not_found,
                  "partition");
}

TEST_CASE("[5.4/record] a record that a route names stays; one that is checked will not forward") {
    Routed world;
    const auto patch = with_routes({{prefix("0.0.0.0/0"), RouteTo::record, world.fw.id, {}}});
    const auto noted = world.modify(world.ann, "blue/main", patch);
    REQUIRE(code(noted) == ok);
    REQUIRE(noted.notes.size() == 1);
    CHECK(noted.notes.front().find("will not forward") != std::string::npos);
    CHECK_REFUSED(world, world.remove(world.ann, Kind::record, "fw"), ErrorCode::conflict, "");
    schema::Record unchecked;
    unchecked.source_dest_check = false;
    CHECK(code(world.modify(world.ann, "fw", unchecked, wire::changed_fields(unchecked))) == ok);
    const auto quiet = world.create(world.ann, table_in(world.blue.id, "out", patch.routes));
    CHECK(quiet.notes.empty());
    CHECK(code(world.remove(world.ann, Kind::route_table, "out")) == ok);
    CHECK(code(world.modify(world.ann, "blue/main", RouteTable{},
                            wire::changed_fields(patch) & ~wire::Mask{2})) == ok);
    CHECK(code(world.remove(world.ann, Kind::record, "fw")) == ok);
}

TEST_CASE("[5.4/subnet] a subnet keeps its table, and a new subnet keeps out of what routes send elsewhere") {
    Routed world;
    const auto out = object_of<RouteTable>(
        world
            .create(world.ann,
                    table_in(world.blue.id, "out", {{prefix("10.1.9.0/24"), RouteTo::blackhole, {}, {}}}))
            .object);
    auto back = World::subnet("back", "10.1.8.0/23");
    back.partition = world.blue.id;
    CHECK_REFUSED(world, world.create(world.ann, back), ErrorCode::conflict, "cidr");
    schema::Subnet patch;
    patch.route_table = out.id;
    REQUIRE(code(world.modify(world.ann, "front", patch)) == ok);
    CHECK_REFUSED(world, world.remove(world.ann, Kind::route_table, "out"), ErrorCode::conflict, "");
    CHECK(code(world.modify(world.ann, "front", schema::Subnet{}, wire::changed_fields(patch))) == ok);
    CHECK(code(world.remove(world.ann, Kind::route_table, "out")) == ok);
    CHECK(code(world.create(world.ann, back)) == ok);
}

TEST_CASE("[5.4/hosts] hosts of the partition hold its tables: subnets, routers and routes") {
    Routed world;
    const Id h1 = world.add_host("h1", "192.0.2.1");
    world.add_instance(world.ann, "i1", h1);
    const Id attachment = world.attached("fw", "i1");
    const auto port_table = [&] {
        const Desired view{world.cloud()};
        return std::get<schema::Port>(view.object(h1, port_key(attachment)).value()).table;
    };
    const auto gni = world.blue.gni;
    CHECK(world.held(h1, gni, "10.1.2.0/24")->target == schema::RouteTarget::local);
    CHECK(world.held(h1, gni, "10.1.2.1/32")->target == schema::RouteTarget::router);
    CHECK(port_table() == gni);
    const auto out = object_of<RouteTable>(
        world
            .create(world.ann, table_in(world.blue.id, "out",
                                        {{prefix("0.0.0.0/0"), RouteTo::record, world.fw.id, {}},
                                         {prefix("192.0.2.0/24"), RouteTo::blackhole, {}, {}},
                                         {prefix("10.1.3.0/24"), RouteTo::local, {}, {}}}))
            .object);
    CHECK(world.held(h1, out.number, "10.1.2.0/24")->target == schema::RouteTarget::local);
    CHECK(world.held(h1, out.number, "10.1.2.1/32")->target == schema::RouteTarget::router);
    CHECK(world.held(h1, out.number, "0.0.0.0/0")->target == schema::RouteTarget::record);
    CHECK(world.held(h1, out.number, "0.0.0.0/0")->next_hops ==
          std::vector<schema::NextHop>{{world.fw.addresses.front()}});
    CHECK(world.held(h1, out.number, "192.0.2.0/24")->target == schema::RouteTarget::blackhole);
    CHECK(world.held(h1, out.number, "10.1.3.0/24")->target == schema::RouteTarget::local);
    CHECK_FALSE(world.held(h1, gni, "0.0.0.0/0").has_value());
    schema::Subnet patch;
    patch.route_table = out.id;
    REQUIRE(code(world.modify(world.ann, "front", patch)) == ok);
    CHECK(port_table() == out.number);
}

TEST_CASE("[5.4/equal-cost] of the records that share a prefix those that forward take part") {
    Routed world;
    const Id h1 = world.add_host("h1", "192.0.2.1");
    const auto second = world.add_record(world.ann, world.subnet_of(world.blue), "fw2");
    world.add_instance(world.ann, "i1", h1);
    world.add_instance(world.ann, "i2", h1);
    const auto routes = with_routes({{prefix("0.0.0.0/0"), RouteTo::record, world.fw.id, {}, 3},
                                     {prefix("0.0.0.0/0"), RouteTo::record, second.id, {}}});
    REQUIRE(code(world.modify(world.ann, "blue/main", routes)) == ok);
    schema::Record unchecked;
    unchecked.source_dest_check = false;
    for (const char* name : {"fw", "fw2"})
        REQUIRE(code(world.modify(world.ann, name, unchecked, wire::changed_fields(unchecked))) == ok);
    (void)world.attached("fw", "i1");
    const auto hops = [&] { return world.held(h1, world.blue.gni, "0.0.0.0/0")->next_hops; };
    const schema::NextHop first{world.fw.addresses.front(), 3};
    const schema::NextHop other{second.addresses.front(), 1};
    CHECK(hops() == std::vector{first});  // the second is nowhere yet
    (void)world.attached("fw2", "i2");
    CHECK(hops() == std::vector{first, other});
    schema::Record disabled;
    disabled.status = schema::RecordStatus::disabled;
    REQUIRE(code(world.modify(world.ann, "fw", disabled)) == ok);
    CHECK(hops() == std::vector{other});
    REQUIRE(code(world.modify(world.ann, "fw2", disabled)) == ok);
    CHECK(hops() == std::vector{first, other});  // none forwards: its packets drop for the reason of that
}

TEST_CASE("[5.4/own] a record's own routes go to its hosts, under a table of their own") {
    Routed world;
    const Id h1 = world.add_host("h1", "192.0.2.1");
    const Id h2 = world.add_host("h2", "192.0.2.2");
    const auto server = world.add_record(world.ann, world.subnet_of(world.blue), "server");
    world.add_instance(world.ann, "i1", h1);
    world.add_instance(world.ann, "i2", h2);
    (void)world.attached("fw", "i2");
    const Id attachment = world.attached("server", "i1");
    schema::Record patch;
    patch.routes = {{prefix("0.0.0.0/0"), RouteTo::record, world.fw.id, {}},
                    {prefix("10.1.2.0/24"), RouteTo::blackhole, {}, {}}};
    REQUIRE(code(world.modify(world.ann, "server", patch)) == ok);
    const Desired view{world.cloud()};
    const auto own = std::get<schema::Port>(view.object(h1, port_key(attachment)).value()).own_table;
    REQUIRE(own != 0);
    CHECK(own != world.blue.gni);
    CHECK(world.held(h1, own, "0.0.0.0/0")->target == schema::RouteTarget::record);
    CHECK(world.held(h1, own, "10.1.2.0/24")->target == schema::RouteTarget::blackhole);
    CHECK_FALSE(world.held(h2, own, "0.0.0.0/0").has_value());
    CHECK_REFUSED(world, world.remove(world.ann, Kind::record, "fw"), ErrorCode::conflict, "");
    const auto refuse = [&](const RouteEntry& route, const char* field) {
        schema::Record bad;
        bad.routes = {route};
        CHECK_REFUSED(world, world.modify(world.ann, "server", bad), ErrorCode::invalid, field);
    };
    refuse({prefix("0.0.0.0/0"), RouteTo::record, server.id, {}}, "routes[0].record");
    refuse({prefix("10.1.2.1/32"), RouteTo::blackhole, {}, {}}, "routes[0].prefix");
    CHECK(code(world.modify(world.ann, "server", schema::Record{}, wire::changed_fields(patch))) == ok);
    CHECK(std::get<schema::Port>(Desired{world.cloud()}.object(h1, port_key(attachment)).value()).own_table ==
          0);
}
