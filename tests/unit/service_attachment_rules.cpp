// SPDX-License-Identifier: Apache-2.0
// The rules of an attachment (row 3.3): the instance's owner sets them, the record's owner sees them.
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

schema::SecurityRule web(std::uint16_t port) {
    schema::SecurityRule rule;
    rule.protocol = schema::Protocol::tcp;
    rule.ports = *PortRange::make(port, port);
    return rule;
}

// bob's record `shared` in red, attached to ann's instance i1.
struct Shared : Lab {
    schema::Partition red = add_partition(bob, "red");
    Id shared = add_record(bob, subnet_of(red), "shared").id;
    Id attachment;

    Shared() {
        schema::Record patch;
        patch.attachers = {"ann"};
        if (modify(bob, "shared", patch).code != 0) throw std::runtime_error("attachers");
        const auto ack = attach_with({});
        if (ack.code != 0) throw std::runtime_error(ack.text);
        acknowledge_until_ended(ack.operation);
        attachment = object_of<schema::Attachment>(ack.object).id;
    }
    wire::Ack attach_with(std::vector<schema::SecurityRule> rules, const std::string& record = "red/shared",
                          const Principal* who = nullptr) {
        wire::AttachRequest request{record, "i1", {}, {}, false, false, {}};
        request.rules = std::move(rules);
        return ask(&Service::attach, who ? *who : ann, request);
    }
    wire::Ack set(const Principal& who, std::vector<schema::SecurityRule> rules) {
        schema::Attachment patch;
        patch.rules = std::move(rules);
        return modify(who, to_string(attachment), patch, mask_of<schema::Attachment>("rules"));
    }
    [[nodiscard]] std::vector<schema::SecurityRule> seen_by(const Principal& who) {
        const auto object = service->get(who, {Kind::attachment, to_string(attachment)});
        return object ? object_of<schema::Attachment>(object->object).rules
                      : std::vector<schema::SecurityRule>{};
    }
};

}  // namespace

TEST_CASE("[3.3/see] the instance's owner sets rules, the record's owner sees them and cannot lift them") {
    Shared world;
    const std::vector rules{web(443), web(80)};
    CHECK(world.seen_by(world.bob).empty());
    CHECK(code(world.set(world.ann, rules)) == ok);
    CHECK(world.seen_by(world.bob) == rules);
    CHECK(world.seen_by(world.ann) == rules);
    CHECK(world.seen_by({"zed", Role::customer, {}}).empty());
    CHECK_REFUSED(world, world.set(world.bob, {}), ErrorCode::refused, "rules");
    CHECK_REFUSED(world, world.set(world.bob, {web(22)}), ErrorCode::refused, "rules");
    CHECK_REFUSED(world, world.set({"zed", Role::customer, {}}, {}), ErrorCode::not_found, "ref");
    schema::Attachment end;
    end.delete_on_terminate = true;
    CHECK_REFUSED(world, world.modify(world.ann, to_string(world.attachment), end), ErrorCode::refused,
                  "delete-on-terminate");
    CHECK(code(world.modify(world.bob, to_string(world.attachment), end)) == ok);
    CHECK(world.seen_by(world.ann) == rules);
    CHECK(code(world.set(world.root, {web(22)})) == ok);
    CHECK(code(world.set(world.ann, {})) == ok);
    CHECK(world.seen_by(world.bob).empty());
}

TEST_CASE(
    "[3.3/own-rules] an attachment has them from its begin, and the same request has no second effect") {
    Shared world;
    const auto second = world.add_record(world.bob, world.subnet_of(world.red), "second").id;
    schema::Record patch;
    patch.attachers = {"ann", "carl"};
    REQUIRE(code(world.modify(world.bob, "second", patch)) == ok);
    schema::Instance lets;
    lets.attachers = {"carl"};
    REQUIRE(code(world.modify(world.ann, "i1", lets)) == ok);
    const Principal carl{"carl", Role::customer, {}};
    CHECK_REFUSED(world, world.attach_with({web(443)}, "red/second", &carl), ErrorCode::refused, "rules");
    const auto ack = world.attach_with({web(443)}, "red/second");
    REQUIRE(code(ack) == ok);
    CHECK(world.cloud().attachments_of_record(second).front()->rules == std::vector{web(443)});
    CHECK(!world.attach_with({web(443)}, "red/second").changed);
    CHECK(!world.attach_with({}, "red/second").changed);
    CHECK_REFUSED(world, world.attach_with({web(80)}, "red/second"), ErrorCode::conflict, "rules");
    CHECK(!world.set(world.ann, {}).changed);
}

TEST_CASE("[1.12/rules] rules that make no sense are refused, the rule and its field named") {
    Shared world;
    auto grouped = web(443);
    grouped.group = world.cloud().groups(world.red.id).front()->id;
    CHECK_REFUSED(world, world.set(world.ann, {web(80), grouped}), ErrorCode::invalid, "rules[1].group");
    CHECK_REFUSED(world, world.set(world.ann, {web(80), web(80)}), ErrorCode::invalid, "rules[1]");
    auto icmp = web(443);
    icmp.protocol = schema::Protocol::icmp;
    CHECK_REFUSED(world, world.set(world.ann, {icmp}), ErrorCode::invalid, "rules[0].ports");
    std::vector<schema::SecurityRule> many(schema::most_attachment_rules + 1);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = web(static_cast<std::uint16_t>(i + 1));
    CHECK_REFUSED(world, world.set(world.ann, many), ErrorCode::invalid, "rules");
}

TEST_CASE(
    "[3.3/keep] whoever else detaches and attaches, the instance's owner's rules stay; she lifts them") {
    Shared world;
    const std::vector rules{web(443)};
    const auto only = [&] { return world.cloud().attachments_of_record(world.shared).front(); };
    const auto gone = [&] { return world.cloud().attachments_of_record(world.shared).empty(); };
    const auto detach = [&](const Principal& who) {
        const auto ack = world.ask(&Service::detach, who, wire::DetachRequest{"red/shared", "i1", {}});
        REQUIRE(code(ack) == ok);
        world.acknowledge_until([&] { return gone(); });
    };
    const auto attach = [&](const Principal& who, std::vector<schema::SecurityRule> given = {}) {
        const auto ack = world.attach_with(std::move(given), "red/shared", &who);
        REQUIRE(code(ack) == ok);
        world.acknowledge_until_ended(ack.operation);
        world.attachment = only()->id;
        return ack;
    };
    schema::Instance lets;
    lets.attachers = {"bob"};
    REQUIRE(code(world.modify(world.ann, "i1", lets)) == ok);
    REQUIRE(code(world.set(world.ann, rules)) == ok);

    for (int round = 0; round < 2; ++round) {
        detach(world.bob);
        CHECK(world.cloud().find<schema::Instance>(world.i1)->kept_rules ==
              std::vector{schema::KeptRules{world.shared, rules}});
        const auto ack = attach(world.bob);
        CHECK(only()->rules == rules);
        CHECK(ack.notes == std::vector<std::string>{"under the rules that instance i1 keeps for it"});
        CHECK(!world.attach_with({}, "red/shared", &world.bob).changed);
        world.restart();
    }
    // She changes them while it is attached, and again by attaching it herself.
    REQUIRE(code(world.set(world.ann, {web(80)})) == ok);
    detach(world.root);
    attach(world.bob);
    CHECK(only()->rules == std::vector{web(80)});
    detach(world.bob);
    attach(world.ann, {web(22)});
    detach(world.bob);
    attach(world.bob);
    CHECK(only()->rules == std::vector{web(22)});
    // What she lifts is lifted, and what she ends has no rules any more.
    REQUIRE(code(world.set(world.ann, {})) == ok);
    detach(world.bob);
    attach(world.bob);
    CHECK(only()->rules.empty());
    REQUIRE(code(world.set(world.ann, rules)) == ok);
    detach(world.ann);
    attach(world.bob);
    CHECK(only()->rules.empty());
    CHECK(world.cloud().find<schema::Instance>(world.i1)->kept_rules.empty());
}

TEST_CASE("[3.3/keep] an attach that fails loses no rules; a record that is deleted leaves none behind") {
    Shared world;
    const std::vector rules{web(443)};
    schema::Instance lets;
    lets.attachers = {"bob"};
    REQUIRE(code(world.modify(world.ann, "i1", lets)) == ok);
    REQUIRE(code(world.set(world.ann, rules)) == ok);
    const auto kept = [&] { return world.cloud().find<schema::Instance>(world.i1)->kept_rules; };
    const auto gone = [&] { return world.cloud().attachments_of_record(world.shared).empty(); };
    REQUIRE(code(world.ask(&Service::detach, world.bob, wire::DetachRequest{"red/shared", "", {}})) == ok);
    world.acknowledge_until([&] { return gone(); });
    const auto ack = world.attach_with({}, "red/shared", &world.bob);
    REQUIRE(code(ack) == ok);
    world.hosts.states[world.h1].failures[object_of<schema::Attachment>(ack.object).id] = "no such device";
    world.acknowledge_until_ended(ack.operation);
    REQUIRE(gone());
    CHECK(kept() == std::vector{schema::KeptRules{world.shared, rules}});
    CHECK(code(world.remove(world.bob, Kind::record, "red/shared")) == ok);
    CHECK(kept().empty());
}
