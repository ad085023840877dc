// SPDX-License-Identifier: Apache-2.0
// Security groups, and the tags that stand for sets of them.
#include <doctest/doctest.h>

#include <future>

#include "coordinator/service/upgrade.h"
#include "service_world.h"

using namespace weft;
using namespace weft::test;
using schema::Direction;
using schema::Protocol;
using schema::Record;
using schema::SecurityGroup;
using schema::SecurityRule;

namespace {

constexpr auto ok = ErrorCode{};

SecurityGroup group_in(Id partition, const std::string& name, std::vector<SecurityRule> rules = {}) {
    SecurityGroup group;
    group.name = name;
    group.partition = partition;
    group.rules = std::move(rules);
    return group;
}
SecurityRule tcp(std::uint16_t first, std::uint16_t last) {
    SecurityRule rule;
    rule.protocol = Protocol::tcp;
    rule.ports = {first, last};
    return rule;
}
Record record_in(Id subnet, const std::string& name, std::vector<Id> groups) {
    Record record;
    record.name = name;
    record.subnet = subnet;
    record.security_groups = std::move(groups);
    return record;
}
Record in_groups(std::vector<Id> groups) {
    Record patch;
    patch.security_groups = std::move(groups);
    return patch;
}

// A partition of ann's with groups a, b and c.
struct Groups : World {
    schema::Partition blue{add_partition(ann, "blue")};
    Id subnet{subnet_of(blue)};
    Id a{add_group("a")}, b{add_group("b")}, c{add_group("c")};

    Id add_group(const std::string& name, std::vector<SecurityRule> rules = {}) {
        const auto ack = create(ann, group_in(blue.id, name, std::move(rules)));
        if (ack.code != 0) throw std::runtime_error(ack.text);
        return object_of<SecurityGroup>(ack.object).id;
    }
    Record add(const std::string& name, std::vector<Id> groups) {
        const auto ack = create(ann, record_in(subnet, name, std::move(groups)));
        if (ack.code != 0) throw std::runtime_error(ack.text);
        return object_of<Record>(ack.object);
    }
    [[nodiscard]] std::uint32_t tag_of(const std::string& record) const {
        return cloud().record(blue.id, record)->tag;
    }
    // The tags that stand for something.
    [[nodiscard]] std::size_t tags() const { return cloud().tags(blue.id).size(); }
};

}  // namespace

TEST_CASE("[1.2/group] a partition has a default group; a record without groups is in it") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    const auto group = world.cloud().group(blue.id, "default");
    REQUIRE(group);
    REQUIRE(group->rules.size() == 2);
    SecurityRule out;
    out.direction = Direction::egress;
    SecurityRule in;
    in.group = group->id;
    CHECK(group->rules[0] == out);
    CHECK(group->rules[1] == in);
    CHECK(group->on_change == schema::OnChange::cut);
    const auto record = world.add_record(world.ann, world.subnet_of(blue), "r");
    CHECK(record.security_groups == std::vector{group->id});
    CHECK(record.tag == 1);
    CHECK(record.notice.empty());
    const auto shown = world.service->get(world.ann, {Kind::security_group, "blue/default"});
    REQUIRE(shown.has_value());
    CHECK(object_of<SecurityGroup>(shown->object).id == group->id);
}

TEST_CASE("[1.12/group] a rule that makes no sense is refused, its place and field named") {
    Groups world;
    const auto red = world.add_partition(world.ann, "red");
    const auto foreign = world.cloud().group(red.id, "default")->id;
    SecurityRule ports = tcp(80, 80);
    ports.protocol = Protocol::any;
    SecurityRule icmp;
    icmp.protocol = Protocol::tcp;
    icmp.icmp = {8, 0};
    SecurityRule family;
    family.protocol = Protocol::icmp6;
    family.remote = Prefix::parse("10.0.0.0/8").value();
    SecurityRule both;
    both.remote = Prefix::parse("10.0.0.0/8").value();
    both.group = world.a;
    SecurityRule other;
    other.group = foreign;
    SecurityRule nobody;
    nobody.group = {Kind::security_group, 4711};
    SecurityRule record;
    record.group = {Kind::record, world.a.value};
    const std::pair<SecurityRule, const char*> refusals[] = {
        {ports, "rules[1].ports"},  {icmp, "rules[1].icmp"},    {family, "rules[1].remote"},
        {both, "rules[1].group"},   {other, "rules[1].group"},  {nobody, "rules[1].group"},
        {record, "rules[1].group"}, {tcp(443, 443), "rules[1]"}};
    for (const auto& one : refusals) {  // clang 14 does not let lambdas capture structured bindings
        const auto& rule = one.first;
        const char* field = one.second;
        CAPTURE(field);
        const std::vector<SecurityRule> rules{tcp(443, 443), rule};
        CHECK_REFUSED(world, world.create(world.ann, group_in(world.blue.id, "web", rules)),
                      ErrorCode::invalid, field);
        SecurityGroup patch;
        patch.rules = rules;
        CHECK_REFUSED(world, world.modify(world.ann, "a", patch), ErrorCode::invalid, field);
    }
    CHECK_REFUSED(world, world.create(world.ann, group_in(world.blue.id, "a")), ErrorCode::conflict, "name");
    CHECK_REFUSED(world, world.create(world.ann, group_in({}, "web")), ErrorCode::invalid, "partition");
    CHECK_REFUSED(world,
                  world.create(world.ann, group_in(world.blue.id, "web", std::vector<SecurityRule>(801))),
                  ErrorCode::invalid, "rules");
    // Rules with long descriptions: storable, but no message could show them.
    std::vector<SecurityRule> long_ones;
    for (std::uint16_t i = 1; i <= 230; ++i) {
        long_ones.push_back(tcp(i, i));
        long_ones.back().description = std::string(255, 'x');
    }
    CHECK_REFUSED(world, world.create(world.ann, group_in(world.blue.id, "web", long_ones)),
                  ErrorCode::invalid, "rules");
}

TEST_CASE("[4.1/most] 800 rules are stored and shown; 64 other groups may be referred to") {
    Groups world;
    std::vector<SecurityRule> rules;
    for (std::uint16_t i = 1; i <= 800; ++i) {
        rules.push_back(tcp(i, i));
        rules.back().remote = Prefix::parse("2001:db8::/32").value();
    }
    const auto ack = world.create(world.ann, group_in(world.blue.id, "web", rules));
    REQUIRE(code(ack) == ok);
    CHECK(object_of<SecurityGroup>(ack.object).rules == rules);
    rules.clear();
    for (int i = 0; i < 65; ++i) {
        rules.emplace_back();
        rules.back().group = world.add_group("g" + std::to_string(i));
    }
    CHECK_REFUSED(world, world.create(world.ann, group_in(world.blue.id, "many", rules)), ErrorCode::invalid,
                  "rules");
    rules.pop_back();
    CHECK(code(world.create(world.ann, group_in(world.blue.id, "many", rules))) == ok);
}

TEST_CASE("[1.11/group] a group that something refers to is not deleted, and the answer says what") {
    Groups world;
    world.add("r", {world.a});
    SecurityRule from_b;
    from_b.group = world.b;
    SecurityGroup patch;
    patch.rules = {from_b};
    CHECK(code(world.modify(world.ann, "b", patch)) == ok);  // itself: no obstacle
    CHECK(code(world.modify(world.ann, "c", patch)) == ok);
    CHECK_REFUSED(world, world.remove(world.ann, Kind::security_group, "a"), ErrorCode::conflict, "");
    CHECK(world.remove(world.ann, Kind::security_group, "a").text == "record r is in group a");
    CHECK(world.remove(world.ann, Kind::security_group, "b").text == "a rule of group c refers to group b");
    CHECK(code(world.remove(world.ann, Kind::security_group, "c")) == ok);
    CHECK(code(world.remove(world.ann, Kind::security_group, "b")) == ok);
    CHECK(code(world.remove(world.ann, Kind::record, "r")) == ok);
    CHECK(code(world.remove(world.ann, Kind::security_group, "a")) == ok);
    CHECK_REFUSED(world, world.remove(world.ann, Kind::security_group, "default"), ErrorCode::conflict, "");
    SecurityGroup renamed;
    renamed.name = "other";
    CHECK_REFUSED(world, world.modify(world.ann, "default", renamed), ErrorCode::conflict, "name");
    SecurityGroup closed;
    CHECK(code(world.modify(world.ann, "default", closed, wire::Mask{1} << 4)) == ok);  // line 5: rules
    CHECK(world.cloud().group(world.blue.id, "default")->rules.empty());
}

TEST_CASE("[1.14/delete] a partition goes with its default group; other groups have to be forced") {
    Groups world;
    wire::Options force;
    force.force = true;
    world.add("r", {world.a});
    CHECK_REFUSED(world, world.remove(world.ann, Kind::partition, "blue", force), ErrorCode::conflict, "");
    CHECK(code(world.remove(world.ann, Kind::record, "r")) == ok);
    CHECK(code(world.remove(world.ann, Kind::subnet, "front")) == ok);
    CHECK_REFUSED(world, world.remove(world.ann, Kind::partition, "blue"), ErrorCode::conflict, "");
    CHECK(code(world.remove(world.ann, Kind::partition, "blue", force)) == ok);
    CHECK(world.cloud().table<SecurityGroup>().size() == 0);
}

TEST_CASE("[1.12/groups] what a record can be in: one to sixteen groups of its partition, each once") {
    Groups world;
    const auto red = world.add_partition(world.ann, "red");
    const auto foreign = world.cloud().group(red.id, "default")->id;
    for (const auto& groups :
         {std::vector{world.a, world.a}, std::vector{foreign}, std::vector{Id{Kind::security_group, 1}},
          std::vector{Id{}}, std::vector<Id>(17, world.a)})
        CHECK_REFUSED(world, world.create(world.ann, record_in(world.subnet, "r", groups)),
                      ErrorCode::invalid, "security-groups");
    world.add("r", {world.a, world.b});
    const wire::Mask field = wire::changed_fields(in_groups({world.a}));
    CHECK_REFUSED(world, world.modify(world.ann, "r", Record{}, field), ErrorCode::invalid,
                  "security-groups");
    wire::CreateRequest empty{Kind::record, {}, {}, {}};
    auto none = record_in(world.subnet, "none", {});
    empty.object = wire::encode(none, wire::changed_fields(none) | field).value();
    CHECK_REFUSED(world, world.ask(&Service::create, world.ann, empty), ErrorCode::invalid,
                  "security-groups");
    Record tagged;
    tagged.tag = 7;
    CHECK_REFUSED(world, world.modify(world.ann, "r", tagged), ErrorCode::invalid, "tag");
}

TEST_CASE("[4.1/tag] one tag for one set of groups, whatever their order") {
    Groups world;
    CHECK(world.add("r1", {world.a, world.b}).tag == 1);
    CHECK(world.add("r2", {world.b, world.a}).tag == 1);
    CHECK(world.add("r3", {world.a}).tag == 2);
    CHECK(world.add("r4", {world.a, world.b, world.c}).tag == 3);
    const auto tag = world.cloud().tag(1);
    REQUIRE(tag);
    CHECK(tag->partition == world.blue.id);
    CHECK(std::set<Id>(tag->groups.begin(), tag->groups.end()) == std::set{world.a, world.b});
    CHECK(code(world.modify(world.ann, "r3", in_groups({world.b, world.a}))) == ok);
    CHECK(world.tag_of("r3") == 1);
    CHECK(world.cloud().tag(2) == nullptr);
    CHECK(world.tags() == 2);
    // Kept as long as one record has it.
    CHECK(code(world.remove(world.ann, Kind::record, "r1")) == ok);
    CHECK(code(world.remove(world.ann, Kind::record, "r2")) == ok);
    CHECK(world.cloud().tag(1) != nullptr);
    CHECK(code(world.modify(world.ann, "r3", in_groups({world.c}))) == ok);
    CHECK(world.cloud().tag(1) == nullptr);
    CHECK(world.tag_of("r3") == 4);
}

TEST_CASE("[4.1/tag] a number is never given again, not even the highest one after a restart") {
    Groups world;
    world.add("r1", {world.a});
    world.add("r2", {world.b});
    CHECK(code(world.remove(world.ann, Kind::record, "r2")) == ok);
    CHECK(world.tags() == 1);
    world.restart();
    CHECK(world.add("r3", {world.b}).tag == 3);
    CHECK(code(world.modify(world.ann, "r3", in_groups({world.c}))) == ok);
    CHECK(world.tag_of("r3") == 4);
    CHECK(code(world.remove(world.ann, Kind::record, "r3")) == ok);
    CHECK(code(world.remove(world.ann, Kind::record, "r1")) == ok);
    CHECK(world.tags() == 0);
    CHECK(world.add("r4", {world.a}).tag == 5);
    CHECK(world.cloud().table<schema::SecurityTag>().size() == 1);
}

TEST_CASE("[4.1/tag] records created at once with a set that is new agree on its tag") {
    Groups world;
    std::vector<wire::Ack> answers;
    for (int i = 0; i < 20; ++i) {
        const auto record =
            record_in(world.subnet, "r" + std::to_string(i), {i % 2 == 0 ? world.a : world.b});
        world.service->create(world.ann, {Kind::record, bytes_of(record), {}, {}},
                              [&](const wire::Ack& ack) { answers.push_back(ack); });
    }
    world.loop.run_until([&] { return answers.size() == 20; });
    std::set<std::uint32_t> tags[2];
    for (int i = 0; i < 20; ++i) tags[i % 2].insert(world.tag_of("r" + std::to_string(i)));
    for (const auto& ack : answers) CHECK_MESSAGE(code(ack) == ok, ack.text);
    CHECK(tags[0].size() == 1);
    CHECK(tags[1].size() == 1);
    CHECK(tags[0] != tags[1]);
    CHECK(world.tags() == 2);
}

TEST_CASE("[1.4/groups] a record that moves to another partition leaves its groups behind") {
    Groups world;
    world.add("r", {world.a});
    const auto red = world.add_partition(world.ann, "red");
    Record patch;
    patch.subnet = world.subnet_of(red);
    CHECK_REFUSED(world,
                  world.modify(world.ann, "r",
                               [&] {
                                   auto both = patch;
                                   both.security_groups = {world.b};
                                   return both;
                               }()),
                  ErrorCode::invalid, "security-groups");
    REQUIRE(code(world.modify(world.ann, "r", patch)) == ok);
    const auto moved = world.cloud().record(red.id, "r");
    CHECK(moved->security_groups == std::vector{world.cloud().group(red.id, "default")->id});
    CHECK(moved->tag == 2);
    CHECK(world.cloud().tag(2)->partition == red.id);
    CHECK(world.cloud().tag(1) == nullptr);
}

TEST_CASE("[1.13/groups] groups belong to the owner of their partition") {
    Groups world;
    CHECK_REFUSED(world, world.create(world.bob, group_in(world.blue.id, "web")), ErrorCode::not_found,
                  "partition");
    CHECK_REFUSED(world, world.modify(world.bob, "a", SecurityGroup{}), ErrorCode::not_found, "ref");
    CHECK_REFUSED(world, world.remove(world.bob, Kind::security_group, to_string(world.a)),
                  ErrorCode::not_found, "ref");
    CHECK(world.service->list(world.bob, {Kind::security_group, {}, {}, 0})->objects.empty());
    CHECK(world.service->list(world.ann, {Kind::security_group, {}, {}, 0})->objects.size() == 4);
    const auto in_a = [&](const Principal& who) {
        return world.service->list(who, {Kind::record, {{"security-groups", "a"}}, {}, 0})->objects.size();
    };
    world.add("r1", {world.a});
    world.add("r2", {world.a, world.b});
    world.add("r3", {world.b});
    CHECK(in_a(world.ann) == 2);
    CHECK(in_a(world.bob) == 0);
}

TEST_CASE("[4.1/upgrade] a store from before there were groups gets them, once") {
    World world;
    const auto blue = world.add_partition(world.ann, "blue");
    const Id subnet = world.subnet_of(blue);
    const auto record = world.add_record(world.ann, subnet, "r");
    for (int i = 0; i < 70; ++i) world.add_record(world.ann, subnet, "r" + std::to_string(i));
    // What that version stored: no groups, records with the names of some in attribute 10.
    Transaction before;
    const auto rewrite = [&]<class T>(const Ptr<T>& now, Bytes blob) {
        before.writes.push_back({now->id, now->generation, now->generation, std::move(blob)});
    };
    for (const auto& [id, entry] : world.cloud().table<Record>()) {
        auto old = *entry.object;
        before.claims_released.push_back(
            {ClaimKind::tag_use, std::to_string(old.tag), to_string(old.id), old.id});
        old.security_groups.clear();
        old.tag = 0;
        auto blob = wire::encode(old).value();
        const Bytes names{16, 0, 10, 0x80, 12, 0, 1, 0, 'w', 'e', 'b', '-', 'o', 'l', 'd', '1'};
        blob.insert(blob.end(), names.begin(), names.end());
        rewrite(entry.object, std::move(blob));
    }
    const auto group = world.cloud().group(blue.id, "default");
    const auto tag = world.cloud().tag(record.tag);
    for (const Id gone : {group->id, tag->id}) before.writes.push_back({gone, 1, 0, std::nullopt});
    before.claims_released.push_back({ClaimKind::group_name, to_string(blue.id), "default", group->id});
    before.claims_released.push_back({ClaimKind::tag_number, "", "1", tag->id});
    before.claims_released.push_back({ClaimKind::tag_set, to_string(blue.id), to_string(group->id), tag->id});
    before.claims_released.push_back(
        {ClaimKind::group_use, to_string(group->id), to_string(tag->id), tag->id});
    std::promise<Result<Revision>> written;
    world.repository->commit(std::move(before),
                             [&](Result<Revision> result) { written.set_value(std::move(result)); });
    const auto old = written.get_future().get();
    REQUIRE_MESSAGE(old.has_value(), old.error().message());

    world.restart();
    CHECK(world.cloud().group(blue.id, "default") == nullptr);
    REQUIRE(upgrade(*world.ledger, world.clock.unix).has_value());
    const auto fresh = world.cloud().group(blue.id, "default");
    REQUIRE(fresh);
    for (const auto& [id, entry] : world.cloud().table<Record>()) {
        CHECK(entry.object->security_groups == std::vector{fresh->id});
        CHECK(entry.object->tag == 1);
    }
    const auto everything = world.everything();
    world.restart();
    CHECK(world.everything() == everything);
    REQUIRE(upgrade(*world.ledger, world.clock.unix).has_value());
    CHECK(world.everything() == everything);
    CHECK(code(world.remove(world.ann, Kind::record, "r")) == ok);
}
