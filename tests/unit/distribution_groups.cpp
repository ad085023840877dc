// SPDX-License-Identifier: Apache-2.0
// Which hosts a change of groups concerns, and with what: h1 carries r1 (group a), h2 carries r2 (groups a
// and b), h3 carries r3 (group b), h4 carries r4 of another partition.
#include <doctest/doctest.h>

#include "coordinator/distribution/affected.h"
#include "coordinator/distribution/desired.h"
#include "service_world.h"

using namespace weft;
using namespace weft::test;
using schema::DesiredKind;
using schema::Record;
using schema::SecurityGroup;

namespace {

using Told = std::map<std::string, std::set<std::string>>;  // host -> "group", "tag 3", ...

struct Hosts : World {
    schema::Partition blue{add_partition(ann, "blue")};
    schema::Partition red{add_partition(ann, "red")};
    Id a{add_group("a")}, b{add_group("b")}, unused{add_group("unused")};
    std::vector<Id> host;
    Told told;

    Hosts() {
        for (int h = 1; h <= 4; ++h) {
            const auto n = std::to_string(h);
            host.push_back(add_host("h" + n, "192.0.2." + n));
            add_instance(ann, "i" + n, host.back());
        }
        add("r1", blue, {a});
        add("r2", blue, {a, b});
        add("r3", blue, {b});
        add("r4", red, {});
        ledger->subscribe([this](Revision, std::span<const coordinator::Change> changes) {
            mark_affected(cloud(), changes, [this](Id where, const Key* key) {
                const auto name = cloud().find<schema::Host>(where)->name;
                if (key != nullptr)
                    told[name].insert(std::string(to_string(key->kind)) +
                                      (key->kind == DesiredKind::tag ? " " + std::to_string(key->number)
                                       : key->kind == DesiredKind::group
                                           ? " " + cloud().find<SecurityGroup>(key->id)->name
                                           : ""));
            });
        });
    }
    Id add_group(const std::string& name) {
        SecurityGroup group;
        group.name = name;
        group.partition = blue.id;
        return object_of<SecurityGroup>(create(ann, group).object).id;
    }
    void add(const std::string& name, const schema::Partition& partition, std::vector<Id> groups) {
        Record record;
        record.name = name;
        record.subnet = subnet_of(partition);
        record.security_groups = std::move(groups);
        if (const auto ack = create(ann, record); ack.code != 0) throw std::runtime_error(ack.text);
        attached(name, "i" + name.substr(1));
    }
    template <class T>
    Told after(const std::string& ref, const T& patch) {
        told.clear();
        const auto ack = modify(ann, ref, patch);
        CHECK_MESSAGE(ack.code == 0, ack.text);
        return std::exchange(told, {});
    }
    [[nodiscard]] std::set<std::string> groups_at(int h) const {
        const Desired view{cloud()};
        std::set<std::string> names;
        for (const auto& key : view.keys(host[static_cast<std::size_t>(h - 1)]))
            if (key.kind == DesiredKind::group) names.insert(cloud().find<SecurityGroup>(key.id)->name);
        return names;
    }
    [[nodiscard]] std::set<std::uint32_t> tags_at(int h) const {
        const Desired view{cloud()};
        std::set<std::uint32_t> tags;
        for (const auto& key : view.keys(host[static_cast<std::size_t>(h - 1)]))
            if (key.kind == DesiredKind::tag) tags.insert(key.number);
        return tags;
    }
    [[nodiscard]] schema::Mapping mapping_of(const std::string& record) const {
        const auto found = cloud().record(blue.id, record);
        const Desired view{cloud()};
        const Key key{DesiredKind::mapping, blue.id, blue.gni, Prefix::host(found->addresses.front())};
        return std::get<schema::Mapping>(view.object(host.front(), key).value());
    }
};

}  // namespace

TEST_CASE("[4.1/hosts] a host holds the groups of its own records, and the tags of the whole partition") {
    Hosts world;
    CHECK(world.groups_at(1) == std::set<std::string>{"a"});
    CHECK(world.groups_at(2) == std::set<std::string>{"a", "b"});
    CHECK(world.groups_at(3) == std::set<std::string>{"b"});
    CHECK(world.groups_at(4) == std::set<std::string>{"default"});
    for (int h = 1; h <= 3; ++h) CHECK(world.tags_at(h) == std::set<std::uint32_t>{1, 2, 3});
    CHECK(world.tags_at(4) == std::set<std::uint32_t>{4});
    CHECK(world.mapping_of("r2").tag == 2);
    const Desired view{world.cloud()};
    const auto attachment = world.cloud().attachments_on_host(world.host[1]).front();
    CHECK(std::get<schema::Port>(view.object(world.host[1], port_key(attachment->id)).value()).tag == 2);
    const auto tag = std::get<schema::Tag>(view.object(world.host[0], tag_key(world.blue.id, 2)).value());
    CHECK(tag.gni == world.blue.gni);
    CHECK(std::set<Id>(tag.groups.begin(), tag.groups.end()) == std::set{world.a, world.b});
    CHECK_FALSE(view.object(world.host[3], tag_key(world.blue.id, 2)).has_value());
    CHECK_FALSE(view.object(world.host[0], group_key(world.b)).has_value());
}

TEST_CASE("[4.1/hosts] changed rules are one object for each host with a record in the group") {
    Hosts world;
    SecurityGroup rules;
    rules.rules.resize(1);
    rules.rules[0].description = "all in";
    CHECK(world.after("a", rules) == Told{{"h1", {"group a"}}, {"h2", {"group a"}}});
    CHECK(world.after("unused", rules).empty());
    SecurityGroup keep;
    keep.on_change = schema::OnChange::keep;
    CHECK(world.after("b", keep) == Told{{"h2", {"group b"}}, {"h3", {"group b"}}});
    SecurityGroup text;
    text.description = "for people";
    CHECK(world.after("a", text).empty());
    const Desired view{world.cloud()};
    const auto a = std::get<schema::Group>(view.object(world.host[0], group_key(world.a)).value());
    CHECK(a.gni == world.blue.gni);
    CHECK_FALSE(a.keep);
    REQUIRE(a.rules.size() == 1);
    CHECK(a.rules[0].description.empty());
    CHECK(std::get<schema::Group>(view.object(world.host[2], group_key(world.b)).value()).keep);
}

TEST_CASE("[4.1/hosts] a record in other groups: mappings and tags to its partition, groups to its host") {
    Hosts world;
    Record patch;
    patch.security_groups = {world.a, world.b};
    const std::set<std::string> others{"mapping", "source", "tag 1"};
    CHECK(world.after("r1", patch) ==
          Told{{"h1", {"group a", "group b", "mapping", "port", "source", "tag 1"}},
               {"h2", others},
               {"h3", others}});
    CHECK(world.mapping_of("r1").tag == 2);
    CHECK(world.groups_at(1) == std::set<std::string>{"a", "b"});
    CHECK(world.tags_at(3) == std::set<std::uint32_t>{2, 3});
    patch.security_groups = {world.unused};
    CHECK(world.after("r1", patch)["h3"] == std::set<std::string>{"mapping", "source", "tag 5"});
    CHECK(world.groups_at(1) == std::set<std::string>{"unused"});
}

TEST_CASE("[4.2/hosts] an ACL goes to the hosts with a port in its subnets") {
    Hosts world;
    schema::NetworkAcl acl;
    acl.name = "front";
    acl.partition = world.blue.id;
    acl.rules.push_back({10, {}, {}, {}, {}, {}, {}});
    world.told.clear();
    const auto id = object_of<schema::NetworkAcl>(world.create(world.ann, acl).object).id;
    CHECK(world.told.empty());
    schema::Subnet patch;
    patch.acl = id;
    const std::set<std::string> both{"acl", "port"};
    CHECK(world.after("blue/front", patch) == Told{{"h1", both}, {"h2", both}, {"h3", both}});
    schema::NetworkAcl rules;
    rules.rules.push_back({20, {}, {}, {}, {}, {}, {}});
    CHECK(world.after("front", rules) == Told{{"h1", {"acl"}}, {"h2", {"acl"}}, {"h3", {"acl"}}});
    const Desired view{world.cloud()};
    CHECK(std::get<schema::Acl>(view.object(world.host[0], acl_key(id)).value()).rules == rules.rules);
    CHECK_FALSE(view.object(world.host[3], acl_key(id)).has_value());
    const auto attachment = world.cloud().attachments_on_host(world.host[0]).front();
    CHECK(std::get<schema::Port>(view.object(world.host[0], port_key(attachment->id)).value()).acl == id);
    const auto detach = world.detach("r1", "i1");
    world.acknowledge_until_ended(detach.operation);
    const Desired later{world.cloud()};
    CHECK_FALSE(later.object(world.host[0], acl_key(id)).has_value());
}
