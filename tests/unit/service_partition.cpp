// SPDX-License-Identifier: Apache-2.0
#include "service_world.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr auto ok = ErrorCode{};

}  // namespace

TEST_CASE("[1.14/create] a partition comes with subnets, GNI, DNS server and routers, all or nothing") {
    World world;
    const auto ack =
        world.create(world.ann, World::partition("blue", "10.1.0.0/16"),
                     {World::subnet("front", "10.1.2.0/24"), World::subnet("back", "10.1.3.0/24")});
    REQUIRE(code(ack) == ok);
    CHECK(ack.changed);
    CHECK(ack.revision == 1);
    const auto blue = object_of<schema::Partition>(ack.object);
    CHECK(blue.owner == "ann");
    CHECK(blue.gni == 1);
    CHECK(to_string(blue.dns) == "10.1.2.1");
    CHECK(blue.create_time == world.clock.unix);
    const auto subnets = world.cloud().subnets(blue.id);
    REQUIRE(subnets.size() == 2);
    CHECK(subnets[0]->router_mac != subnets[1]->router_mac);
    for (const auto& subnet : subnets) CHECK(subnet->router == subnet->cidr.router());
    // Several per customer; the same ranges in another partition; GNIs differ.
    CHECK(world.add_partition(world.ann, "red").gni == 2);
    CHECK(world.add_partition(world.bob, "blue").gni == 3);

    CHECK_REFUSED(world, world.create(world.ann, World::partition("p", "10.1.0.0/16")), ErrorCode::invalid,
                  "subnets");
    CHECK_REFUSED(world,
                  world.create(world.ann, World::partition("p", "10.1.0.0/16"),
                               {World::subnet("a", "10.1.2.0/24"), World::subnet("b", "10.1.2.128/25")}),
                  ErrorCode::invalid, "subnets.cidr");
}

TEST_CASE("[1.14/refused] overlaps, ranges outside, and taken names and GNIs are refused with their field") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    auto two = World::partition("two", "10.0.0.0/8");
    two.cidrs.push_back(Prefix::parse("10.2.0.0/16").value());
    const std::vector front{World::subnet("front", "10.1.2.0/24")};
    CHECK_REFUSED(world, world.create(world.ann, two, front), ErrorCode::invalid, "cidrs");
    CHECK_REFUSED(world, world.create(world.ann, schema::Partition{}, front), ErrorCode::invalid, "name");
    CHECK_REFUSED(world,
                  world.create(world.ann, World::partition("p", "10.1.0.0/16"),
                               {World::subnet("front", "10.2.0.0/24")}),
                  ErrorCode::invalid, "subnets.cidr");
    CHECK_REFUSED(world, world.create(world.ann, World::partition("blue", "10.1.0.0/16"), front),
                  ErrorCode::conflict, "name");
    CHECK_REFUSED(world, world.create(world.ann, World::partition("multi", "224.0.0.0/8"), front),
                  ErrorCode::invalid, "cidrs");
    auto gni = World::partition("p", "10.1.0.0/16");
    gni.gni = blue.gni;
    CHECK_REFUSED(world, world.create(world.ann, gni, front), ErrorCode::refused, "gni");
    CHECK_REFUSED(world, world.create(world.root, gni, front), ErrorCode::conflict, "gni");
    gni.gni = 77;
    CHECK(code(world.create(world.root, gni, front)) == ok);

    auto subnet = World::subnet("more", "10.1.2.128/25");
    subnet.partition = blue.id;
    CHECK_REFUSED(world, world.create(world.ann, subnet), ErrorCode::conflict, "cidr");
    subnet.cidr = Prefix::parse("10.9.0.0/24").value();
    CHECK_REFUSED(world, world.create(world.ann, subnet), ErrorCode::invalid, "cidr");
    subnet.cidr = Prefix::parse("10.1.9.0/31").value();
    CHECK_REFUSED(world, world.create(world.ann, subnet), ErrorCode::invalid, "cidr");
    subnet.cidr = Prefix::parse("10.1.9.0/24").value();
    subnet.name = "front";
    CHECK_REFUSED(world, world.create(world.ann, subnet), ErrorCode::conflict, "name");
    subnet.name = "more";
    CHECK(code(world.create(world.ann, subnet)) == ok);
}

TEST_CASE("[1.14/dual] [5.6/subnet] a subnet may have an IPv6 range besides, under the rules of the first") {
    World world;
    auto partition = World::partition("blue", "10.1.0.0/16");
    partition.cidrs.push_back(Prefix::parse("2001:db8:10::/44").value());
    auto front = World::subnet("front", "10.1.2.0/24");
    front.cidr6 = Prefix::parse("2001:db8:12::/64").value();
    const auto ack = world.create(world.ann, partition, {front});
    REQUIRE(code(ack) == ok);
    const auto blue = object_of<schema::Partition>(ack.object);
    const auto made = world.cloud().subnets(blue.id).front();
    CHECK(to_string(made->router) == "10.1.2.1");
    CHECK(to_string(made->router6) == "2001:db8:12::1");

    auto more = World::subnet("more", "10.1.3.0/24");
    more.partition = blue.id;
    const auto refused_range = [&](const char* cidr6, ErrorCode why) {
        CAPTURE(cidr6);
        more.cidr6 = Prefix::parse(cidr6).value();
        CHECK_REFUSED(world, world.create(world.ann, more), why, "cidr6");
    };
    refused_range("2001:db8:12::/96", ErrorCode::conflict);
    refused_range("2001:db8:12::/48", ErrorCode::conflict);
    refused_range("2001:db8:20::/64", ErrorCode::invalid);
    refused_range("2001:db8:13::/127", ErrorCode::invalid);
    refused_range("10.1.4.0/24", ErrorCode::invalid);
    auto two = more;
    two.cidr = Prefix::parse("2001:db8:14::/64").value();
    two.cidr6 = Prefix::parse("2001:db8:15::/64").value();
    CHECK_REFUSED(world, world.create(world.ann, two), ErrorCode::invalid, "cidr6");
    more.cidr6 = Prefix::parse("2001:db8:13::/64").value();
    CHECK(code(world.create(world.ann, more)) == ok);
    auto alone = World::subnet("alone", "2001:db8:13::/80");
    alone.partition = blue.id;
    CHECK_REFUSED(world, world.create(world.ann, alone), ErrorCode::conflict, "cidr");
    alone.cidr = Prefix::parse("2001:db8:14::/64").value();
    CHECK(code(world.create(world.ann, alone)) == ok);

    schema::Partition patch;
    patch.cidrs = {Prefix::parse("10.1.0.0/16").value()};
    CHECK_REFUSED(world, world.modify(world.ann, "blue", patch), ErrorCode::conflict, "cidrs");
}

TEST_CASE("[1.14/delete] deletion is refused while used") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    const auto record = world.add_record(world.ann, world.subnet_of(blue), "r1");
    CHECK_REFUSED(world, world.remove(world.ann, Kind::partition, "blue"), ErrorCode::conflict, "");
    CHECK_REFUSED(world, world.remove(world.ann, Kind::subnet, "front"), ErrorCode::conflict, "");
    wire::Options force;
    force.force = true;
    CHECK_REFUSED(world, world.remove(world.ann, Kind::partition, "blue", force), ErrorCode::conflict, "");
    CHECK(code(world.remove(world.ann, Kind::record, to_string(record.id))) == ok);
    CHECK(code(world.remove(world.ann, Kind::partition, "blue", force)) == ok);
    // The highest tag stays, without groups, so that its number is not given again.
    REQUIRE(world.everything().size() == 1);
    CHECK(world.cloud().tag(record.tag)->groups.empty());
    CHECK(world.add_partition(world.ann, "blue").gni == 2);  // not reused at once
}

TEST_CASE(
    "[1.14/modify] ranges grow, but leave no subnet outside; names stay unique; identical is already so") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    world.add_partition(world.ann, "red");
    schema::Partition patch;
    patch.cidrs = {Prefix::parse("10.2.0.0/16").value()};
    CHECK_REFUSED(world, world.modify(world.ann, "blue", patch), ErrorCode::conflict, "cidrs");
    patch.cidrs.push_back(Prefix::parse("10.1.0.0/16").value());
    const auto changed = world.modify(world.ann, "blue", patch);
    CHECK(code(changed) == ok);
    CHECK(object_of<schema::Partition>(changed.object).generation == blue.generation + 1);
    const auto again = world.modify(world.ann, "blue", patch);
    CHECK(code(again) == ok);
    CHECK(!again.changed);
    CHECK(again.text == "partition blue is already so");
    schema::Partition name;
    name.name = "red";
    CHECK_REFUSED(world, world.modify(world.ann, "blue", name), ErrorCode::conflict, "name");
    schema::Partition gni;
    gni.gni = 99;
    CHECK_REFUSED(world, world.modify(world.root, "ann/blue", gni), ErrorCode::invalid, "gni");
    schema::Partition dedicated;
    dedicated.dedicated_hosts = {Id{Kind::host, 5}};
    CHECK_REFUSED(world, world.modify(world.ann, "blue", dedicated), ErrorCode::refused, "dedicated-hosts");
    CHECK_REFUSED(world, world.modify(world.root, "blue", dedicated), ErrorCode::invalid, "dedicated-hosts");
}

TEST_CASE("[1.13/authorise] nobody else's objects, nothing for hosts, deny by default, all of it audited") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    const auto id = to_string(blue.id);
    schema::Partition patch;
    patch.description = "mine";
    CHECK_REFUSED(world, world.modify(world.bob, id, patch), ErrorCode::not_found, "ref");
    CHECK_REFUSED(world, world.modify(world.bob, "blue", patch), ErrorCode::not_found, "ref");
    CHECK_REFUSED(world, world.remove(world.bob, Kind::partition, id), ErrorCode::not_found, "ref");
    auto subnet = World::subnet("x", "10.1.9.0/24");
    subnet.partition = blue.id;
    CHECK_REFUSED(world, world.create(world.bob, subnet), ErrorCode::not_found, "partition");
    schema::Record record;
    record.subnet = world.subnet_of(blue);
    CHECK_REFUSED(world, world.create(world.bob, record), ErrorCode::not_found, "subnet");
    auto foreign = World::partition("p", "10.1.0.0/16");
    foreign.owner = "ann";
    CHECK_REFUSED(world, world.create(world.bob, foreign, {World::subnet("front", "10.1.2.0/24")}),
                  ErrorCode::refused, "owner");
    schema::Host host;
    host.name = "h";
    host.underlay = {Address::parse("192.0.2.1").value()};
    CHECK_REFUSED(world, world.create(world.ann, host), ErrorCode::refused, "");
    const Principal machine{"host-1", Role::host, {Kind::host, 1}};
    CHECK_REFUSED(world, world.create(machine, World::partition("p", "10.1.0.0/16")), ErrorCode::refused, "");
    CHECK_REFUSED(world, world.create(Principal{}, World::partition("p", "10.1.0.0/16")), ErrorCode::refused,
                  "");
    CHECK(!world.service->get(machine, {Kind::partition, "blue"}));
    CHECK(code(world.modify(world.ann, "blue", patch)) == ok);

    world.service->flush_audit();
    world.create(world.ann, World::partition("last", "10.1.0.0/16"), {World::subnet("front", "10.1.2.0/24")});
    const auto rows = world.repository->audit(100).value();
    const auto seen = [&](const std::string& principal, const std::string& verb, ErrorCode result) {
        for (const auto& row : rows)
            if (row.principal == principal && row.verb == verb &&
                row.code == static_cast<std::uint16_t>(result) && row.time_us == world.clock.unix)
                return row.count;
        return std::uint64_t{0};
    };
    CHECK(seen("ann", "create partition", ok) == 1);
    CHECK(seen("ann", "modify partition", ok) == 1);
    CHECK(seen("bob", "modify partition", ErrorCode::not_found) == 2);  // by id and by name, told alike
    CHECK(seen("host-1", "create partition", ErrorCode::refused) == 1);
    CHECK(seen("host-1", "get partition", ErrorCode::refused) == 1);
    CHECK(seen("", "create partition", ErrorCode::refused) == 1);
}

TEST_CASE("[1.14/race] of two overlapping subnets created at once one wins, all others get their turn") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    auto a = World::subnet("a", "10.1.8.0/24");
    auto b = World::subnet("b", "10.1.8.0/25");
    a.partition = b.partition = blue.id;
    std::vector<wire::Ack> answers;
    const auto done = [&](const wire::Ack& ack) { answers.push_back(ack); };
    world.service->create(world.ann, {Kind::subnet, bytes_of(a), {}, {}}, done);
    world.service->create(world.ann, {Kind::subnet, bytes_of(b), {}, {}}, done);
    world.loop.run_until([&] { return answers.size() == 2; });
    CHECK(code(answers[0]) == ok);
    CHECK(code(answers[1]) == ErrorCode::conflict);
    CHECK(answers[1].field == "cidr");
    CHECK(world.cloud().subnets(blue.id).size() == 2);

    // Those that do not overlap all pass, though each gives the partition a new generation.
    answers.clear();
    for (int i = 0; i < 20; ++i) {
        auto subnet = World::subnet("s" + std::to_string(i), "10.1." + std::to_string(100 + i) + ".0/24");
        subnet.partition = blue.id;
        world.service->create(world.ann, {Kind::subnet, bytes_of(subnet), {}, {}}, done);
    }
    world.loop.run_until([&] { return answers.size() == 20; });
    for (const auto& ack : answers) CHECK(code(ack) == ok);
    wire::Options dry;
    dry.dry_run = true;
    auto more = World::subnet("more", "10.1.200.0/24");
    more.partition = blue.id;
    CHECK(world.create(world.ann, more, {}, dry).notes ==
          std::vector<std::string>{"would create subnet more"});
}
