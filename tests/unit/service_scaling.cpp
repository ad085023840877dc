// SPDX-License-Identifier: Apache-2.0
// Scaling rules: as many instances as desired, whatever happens to them.
#include "service_scaling_world.h"

#include <random>

using namespace weft;
using namespace weft::test;

TEST_CASE(
    "[2.13/scaling] [1.10/records] a rule launches as many as desired, each with a record of its pool") {
    Scaled world;
    const Id pool = world.add_pool("web", 4);
    const Id rule = world.add_rule(Scaled::from_pool(pool, 3));
    REQUIRE(world.drive());
    CHECK(world.names() == std::vector<std::string>{"web-1", "web-2", "web-3"});
    CHECK(world.most_present == 3);
    std::set<Id> records;
    std::map<Id, unsigned> hosts;
    for (const auto& name : world.names()) {
        const auto one = world.instance(name);
        CHECK(one->owner == "ann");
        CHECK(one->scaling_rule == rule);
        CHECK(one->driver == "netns");
        CHECK(one->parameters == schema::Tags{{"command", "true"}});
        CHECK(one->launch_time != 0);
        records.insert(world.record_of(name));
        ++hosts[one->host];
    }
    CHECK(records.size() == 3);
    for (const Id record : records) CHECK(world.cloud().find<schema::Record>(record)->pool == pool);
    CHECK(hosts.size() == 2);  // two on one host, one on the other
    const auto shown =
        object_of<ScalingRule>(world.service->get(world.ann, {Kind::scaling_rule, "web"})->object);
    CHECK(shown.instances.size() == 3);
    CHECK(shown.instances.front() == world.instance("web-1")->id);
    CHECK(shown.status.empty());
    // Nothing more is to be done, however long it is looked at.
    const auto before = world.everything();
    CHECK(!world.drive([] { return false; }, 20));
    CHECK(world.everything() == before);
}

TEST_CASE("[2.13/scaling-one-path] a rule's requests are those of a launch by hand, told in the audit log") {
    Scaled world;
    std::vector<std::string> verbs;
    world.service->on_request = [&](std::string_view verb, std::uint16_t, std::uint64_t) {
        verbs.emplace_back(verb);
    };
    const Id rule = world.add_rule(Scaled::from_pool(world.add_pool("web", 1), 1));
    verbs.clear();
    REQUIRE(world.drive());
    CHECK(verbs == std::vector<std::string>{"create instance", "attach", "launch"});
    verbs.clear();
    REQUIRE(world.want(0).code == 0);
    REQUIRE(world.drive());
    CHECK(verbs == std::vector<std::string>{"modify scaling-rule", "modify instance", "remove instance"});
    const auto rows = world.repository->audit(100).value();
    for (const auto* verb : {"create instance", "attach", "launch", "modify instance", "remove instance"})
        CHECK(std::ranges::any_of(
            rows, [&](const auto& row) { return row.verb == verb && row.principal == to_string(rule); }));
}

TEST_CASE("[2.13/scaling-replace] what failed and what was terminated by hand is replaced") {
    Scaled world;
    const Id pool = world.add_pool("web", 2);
    world.add_rule(Scaled::from_pool(pool, 2));
    REQUIRE(world.drive());
    const auto first = world.instance("web-1")->id;
    world.fail("web-1");
    CHECK(world.drive(
        [&] { return world.rule().status.find("web-1 failed: it ended by itself") != std::string::npos; }));
    REQUIRE(world.drive());
    CHECK(world.drive([&] { return world.rule().status.empty(); }));
    CHECK(!world.cloud().find<Instance>(first));
    CHECK(world.most_present == 2);
    const auto second = world.instance("web-2")->id;
    REQUIRE(world.end_by_hand("web-2").code == 0);
    REQUIRE(world.drive());
    CHECK(!world.cloud().find<Instance>(second));
    CHECK(world.cloud().records_of_pool(pool).size() == 2);
    // What its owner stopped by hand is as it is wanted.
    REQUIRE(world
                .ask(&Service::lifecycle, world.ann,
                     wire::LifecycleRequest{"web-1", wire::Lifecycle::stop, false, {}})
                .code == 0);
    const auto stopped = world.instance("web-1")->id;
    CHECK(!world.drive([] { return false; }, 20));
    CHECK(world.cloud().find<Instance>(stopped)->state == InstanceState::stopped);
    CHECK(world.names().size() == 2);
}

TEST_CASE("[2.13/scaling-host] instances of a host that stays silent are replaced elsewhere") {
    Scaled world;
    world.add_rule(Scaled::from_pool(world.add_pool("web", 4), 2));
    REQUIRE(world.drive());
    const auto lost = world.instance("web-1")->host;
    const auto kept = world.instance("web-2")->host;
    REQUIRE(lost != kept);
    world.hosts.states[lost].session = schema::SessionState::lost;
    // Not at once: it may be back.
    CHECK(!world.drive([&] { return world.instance("web-1")->state == InstanceState::terminated; }, 20));
    REQUIRE(world.drive([&] {
        std::size_t running = 0;
        for (const auto& name : world.names())
            running +=
                world.instance(name)->state == InstanceState::running && world.instance(name)->host == kept;
        return running == 2;
    }));
    CHECK(world.most_present == 2);
    // Back, it lets go of what it had.
    world.hosts.states[lost].session = schema::SessionState::connected;
    REQUIRE(world.drive());
}

TEST_CASE("[2.13/scaling-down] fewer are desired: the newest go, and the pool has their records again") {
    Scaled world;
    const Id pool = world.add_pool("web", 3);
    const Id rule = world.add_rule(Scaled::from_pool(pool, 3));
    REQUIRE(world.drive());
    const auto oldest = world.instance("web-1")->id;
    REQUIRE(world.want(1).code == 0);
    REQUIRE(world.drive());
    CHECK(world.names() == std::vector<std::string>{"web-1"});
    CHECK(world.instance("web-1")->id == oldest);
    CHECK(world.cloud().records_of_pool(pool).size() == 3);
    unsigned detached = 0;
    for (const Id record : world.cloud().records_of_pool(pool))
        detached += world.cloud().attachments_of_record(record).empty() ? 1 : 0;
    CHECK(detached == 2);
    CHECK_REFUSED(world, world.remove(world.ann, Kind::scaling_rule, "web"), ErrorCode::conflict, "");
    CHECK_REFUSED(world, world.remove(world.ann, Kind::pool, "blue/web"), ErrorCode::conflict, "");
    REQUIRE(world.want(0).code == 0);
    REQUIRE(world.drive());
    CHECK(world.remove(world.ann, Kind::scaling_rule, "web").code == 0);
    CHECK(!world.cloud().find<ScalingRule>(rule));
    CHECK(!world.drive([] { return false; }, 5));
}

TEST_CASE("[2.13/scaling-subnet] [1.3/scaling] from a subnet each gets a record that is deleted with it") {
    Scaled world;
    auto wanted = Scaled::rule(2);
    wanted.subnet = world.front;
    const auto groups = world.cloud().groups(world.cloud().find<schema::Subnet>(world.front)->partition);
    wanted.security_groups = {groups.front()->id};
    world.add_rule(wanted);
    const auto before = world.cloud().records_of_subnet(world.front).size();
    REQUIRE(world.drive());
    CHECK(world.cloud().records_of_subnet(world.front).size() == before + 2);
    const auto record = world.cloud().find<schema::Record>(world.record_of("web-1"));
    CHECK(record->name == "web-1");
    CHECK(record->delete_on_terminate);
    CHECK(record->security_groups == wanted.security_groups);
    REQUIRE(world.want(0).code == 0);
    REQUIRE(world.drive());
    CHECK(world.cloud().records_of_subnet(world.front).size() == before);
}

TEST_CASE("[2.13/scaling-bounds] what contradicts itself is refused, with the field") {
    Scaled world;
    const Id pool = world.add_pool("web", 1);
    auto wanted = Scaled::from_pool(pool, 2);
    wanted.minimum = 3;
    CHECK_REFUSED(world, world.create(world.root, wanted), ErrorCode::invalid, "desired");
    wanted.maximum = 2;
    CHECK_REFUSED(world, world.create(world.root, wanted), ErrorCode::invalid, "maximum");
    wanted.minimum = 1;
    wanted.desired = 3;
    CHECK_REFUSED(world, world.create(world.root, wanted), ErrorCode::invalid, "desired");
    wanted.desired = 2;
    wanted.subnet = world.front;
    CHECK_REFUSED(world, world.create(world.root, wanted), ErrorCode::invalid, "pool");
    wanted.subnet = {};
    wanted.security_groups = {
        world.cloud().groups(world.cloud().find<schema::Pool>(pool)->partition).front()->id};
    CHECK_REFUSED(world, world.create(world.root, wanted), ErrorCode::invalid, "security-groups");
    wanted.security_groups.clear();
    wanted.hosts = {world.h1, world.h1};
    CHECK_REFUSED(world, world.create(world.root, wanted), ErrorCode::invalid, "hosts");
    wanted.hosts = {world.h1};
    wanted.driver = "../sh";
    CHECK_REFUSED(world, world.create(world.root, wanted), ErrorCode::invalid, "driver");
    wanted.driver = "netns";
    wanted.owner = "bob";
    CHECK_REFUSED(world, world.create(world.root, wanted), ErrorCode::refused, "pool");
    wanted.owner = "ann";
    wanted.desired = 0;
    const auto ack = world.create(world.root, wanted);
    CHECK(object_of<ScalingRule>(ack.object).desired == 1);  // the minimum
    REQUIRE(world.drive());                                  // nothing of its own happens meanwhile
    CHECK_REFUSED(world, world.create(world.root, wanted), ErrorCode::conflict, "name");
    CHECK_REFUSED(world, world.want(0), ErrorCode::invalid, "desired");
    CHECK_REFUSED(world, world.want(3), ErrorCode::invalid, "desired");
    ScalingRule patch;
    patch.maximum = 0;
    CHECK_REFUSED(world, world.modify(world.ann, "web", patch, mask_of<ScalingRule>("maximum")),
                  ErrorCode::invalid, "maximum");
    patch.minimum = 2;
    CHECK_REFUSED(world, world.modify(world.ann, "web", patch, mask_of<ScalingRule>("minimum")),
                  ErrorCode::invalid, "minimum");
}

TEST_CASE(
    "[2.13/scaling-status] a rule that cannot go on says why, leaves nothing half made, and tries again") {
    Scaled world;
    const Id pool = world.add_pool("web", 1);
    world.add_rule(Scaled::from_pool(pool, 2));
    REQUIRE(world.drive([&] { return !world.rule().status.empty(); }));
    CHECK(world.rule().status.find("pool web has no record to take: 1 are attached") == 0);
    CHECK(world.rule().status_time != 0);
    CHECK(world.names() == std::vector<std::string>{"web-1"});
    CHECK(!world.drive([] { return false; }, 100));
    CHECK(world.names() == std::vector<std::string>{"web-1"});
    world.add_to_pool(pool, "late");
    REQUIRE(world.drive());
    CHECK(world.drive([&] { return world.rule().status.empty(); }));
    // No host at all.
    for (auto& [id, state] : world.hosts.states) state.problem = "no BPF";
    world.add_to_pool(pool, "later");
    REQUIRE(world.want(3).code == 0);
    const auto says = [&](const char* text) { return world.rule().status.find(text) != std::string::npos; };
    CHECK(world.drive([&] { return says("no host can have an instance now: ") && says("h1: no BPF"); }));
}

TEST_CASE("[2.13/scaling-backoff] a driver that fails again and again is asked less and less often") {
    Scaled world;
    world.broken = "launch: no such image";
    world.add_rule(Scaled::from_pool(world.add_pool("web", 1), 1));
    std::set<Id> tried;
    // Five minutes: at 0, 1, 3, 7, 15, 31, 63, 123, 183, 243 s, and a little later each.
    CHECK(!world.drive(
        [&] {
            for (const auto& one : world.cloud().instances_of_rule(world.rule().id)) tried.insert(one->id);
            return false;
        },
        600));
    CHECK(tried.size() >= 6);
    CHECK(tried.size() <= 11);
    CHECK(world.rule().status.find("failed: launch: no such image") != std::string::npos);
    CHECK(world.names().size() <= 1);
    world.broken.clear();
    REQUIRE(world.drive());
}

TEST_CASE("[2.13/scaling-rights] a right that its owner has lost launches nothing") {
    Scaled world;
    world.add_rule(Scaled::from_pool(world.add_pool("web", 2), 1));
    REQUIRE(world.drive());
    auto partition =
        *world.cloud().find<schema::Partition>(world.cloud().find<schema::Subnet>(world.front)->partition);
    partition.owner = "bob";
    Draft draft{world.cloud(), world.clock.unix};
    draft.put(partition);
    world.ledger->commit(draft, {}, {}, [](const auto&) {});
    REQUIRE(world.want(2).code == 0);
    CHECK(world.drive([&] { return world.rule().status == "its owner, ann, may not use pool web"; }));
    CHECK(!world.drive([] { return false; }, 20));
    CHECK(world.names().size() == 1);
    // What a rule may do to its instances, nobody may to others, nor may its owner to them.
    const Principal other{"ann", Role::customer, {}, {}, new_id(Kind::scaling_rule)};
    const auto made = Object{world.instance("web-1")};
    CHECK(!permit(world.cloud(), other, permission::Verb::create, made, "driver"));
    CHECK(!permit(world.cloud(), world.ann, permission::Verb::create, made, "driver"));
    CHECK(permit(world.cloud(), acting_for(world.rule()), permission::Verb::create, made, "driver"));
    CHECK(!permit(world.cloud(), acting_for(world.rule()), permission::Verb::create,
                  Object{world.cloud().find<Instance>(world.i1)}, "driver"));
}

TEST_CASE("[2.13/scaling-killed] killed between any two steps, a coordinator goes on to exactly as many") {
    Scaled world;
    const Id pool = world.add_pool("web", 3);
    world.add_rule(Scaled::from_pool(pool, 0));
    for (std::size_t steps = 0; steps < 40; ++steps) {
        INFO("after ", steps);
        REQUIRE(world.want(steps % 2 == 0 ? 3 : 0).code == 0);
        for (int turns = 0; turns < static_cast<int>(steps / 8); ++turns)
            (void)world.drive([] { return false; }, 1);
        world.turn(steps);
        world.crash();
        REQUIRE(world.drive());
        CHECK(world.most_present <= 3);
        std::size_t free = 0;
        for (const Id record : world.cloud().records_of_pool(pool))
            free += world.cloud().attachments_of_record(record).empty() ? 1 : 0;
        CHECK(free == 3 - world.rule().desired);
    }
}

TEST_CASE(
    "[2.13/scaling-any] whatever happens in whatever order, there are never too many, and then as many") {
    Scaled world;
    const Id pool = world.add_pool("web", 5);
    world.add_rule(Scaled::from_pool(pool, 2));
    std::mt19937 random{7};
    const auto upto = [&](std::size_t most) {
        return std::uniform_int_distribution<std::size_t>{0, most}(random);
    };
    for (int round = 0; round < 60; ++round) {
        INFO("round ", round);
        const auto present = world.present();
        const auto before = world.rule().desired;
        world.most_present = 0;
        const auto names = world.names();
        const auto any = names.empty() ? std::string{} : names[upto(names.size() - 1)];
        auto& silent = world.hosts.states[world.h2].session;
        switch (upto(5)) {
            case 0:
            case 1: REQUIRE(world.want(static_cast<std::uint32_t>(upto(4))).code == 0); break;
            case 2: (void)world.end_by_hand(any); break;
            case 3:
                if (!any.empty() && world.instance(any)->state == InstanceState::running) world.fail(any);
                break;
            case 4:
                silent = answers(silent) ? schema::SessionState::lost : schema::SessionState::connected;
                break;
            case 5:
                world.turn(upto(30));
                world.crash();
                break;
        }
        (void)world.drive([] { return false; }, static_cast<unsigned>(upto(40)));
        CHECK(world.most_present <= std::max<std::size_t>({present, before, world.rule().desired}));
        if (round % 10 != 9) continue;
        silent = schema::SessionState::connected;
        REQUIRE(world.drive());
        CHECK(world.cloud().records_of_pool(pool).size() == 5);
    }
}
