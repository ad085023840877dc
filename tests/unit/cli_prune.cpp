// SPDX-License-Identifier: Apache-2.0
// What a document owns, what is deleted when it has it no more, and how differences are shown.
#include <doctest/doctest.h>

#include <sstream>

#include "coordinator/cli/apply/differences.h"
#include "weft/schema/yaml.h"
#include "weft/wire/object.h"

using namespace weft;
using schema::Value;

namespace {

std::vector<Value> objects(Kind kind, const std::string& yaml) {
    std::vector<Value> out;
    const auto list = schema::parse_yaml(yaml, "present").value();
    for (const auto& item : *list.get<Value::List>())
        out.push_back(wire::object_value(kind, wire::object_bytes(kind, item, "", 0).value()).value());
    return out;
}

// All of it carries `by: web` but what is called `other`; r is attached to i.
cli::Present owned_cloud() {
    cli::Present present;
    present[Kind::partition] = objects(
        Kind::partition, "[{id: part-00000000000000001, name: blue, cidrs: [10.1.0.0/16], tags: {by: web}}]");
    present[Kind::subnet] = objects(
        Kind::subnet,
        "[{id: sub-00000000000000002, name: front, partition: part-00000000000000001, cidr: 10.1.2.0/24, "
        "tags: {by: web}, route-table: rt-0000000000000000b}]");
    present[Kind::security_group] = objects(
        Kind::security_group,
        "[{id: sg-00000000000000003, name: default, partition: part-00000000000000001, rules: [{direction: "
        "ingress, group: sg-00000000000000003}], tags: {by: web}}, {id: sg-00000000000000004, name: a, "
        "partition: part-00000000000000001, rules: [{direction: ingress, group: sg-00000000000000005}], "
        "tags: "
        "{by: web}}, {id: sg-00000000000000005, name: b, partition: part-00000000000000001, rules: "
        "[{direction: ingress, group: sg-00000000000000004}], tags: {by: web}}]");
    present[Kind::route_table] = objects(
        Kind::route_table,
        "[{id: rt-0000000000000000a, name: main, partition: part-00000000000000001}, {id: "
        "rt-0000000000000000b, name: out, partition: part-00000000000000001, routes: [{prefix: 0.0.0.0/0, "
        "target: record, record: rec-00000000000000008}], tags: {by: web}}]");
    present[Kind::instance] = objects(Kind::instance,
                                      "[{id: ins-00000000000000006, name: i, tags: {by: web}}, {id: "
                                      "ins-00000000000000007, name: other}]");
    present[Kind::record] = objects(
        Kind::record,
        "[{id: rec-00000000000000008, name: r, partition: part-00000000000000001, subnet: "
        "sub-00000000000000002, addresses: [10.1.2.30], mac: \"02:00:00:00:00:01\", tags: {by: web, tier: "
        "one}}, {id: rec-00000000000000009, name: other, partition: part-00000000000000001, subnet: "
        "sub-00000000000000002, addresses: [10.1.2.31], tags: {by: shop}}]");
    present[Kind::attachment] = objects(
        Kind::attachment,
        "[{id: att-0000000000000000c, record: rec-00000000000000008, instance: ins-00000000000000006, "
        "device: "
        "eth0, phase: attached, tags: {by: web}}, {id: att-0000000000000000d, record: rec-00000000000000009, "
        "instance: ins-00000000000000007, device: eth0, phase: attached}]");
    return present;
}

constexpr const char* rest = R"(cloud:
  partitions:
    - name: blue
      subnets: [{name: front, route-table: out}]
      groups: [{name: a}, {name: b}]
      route-tables: [{name: out}]
)";

Result<std::vector<cli::Step>> planned(const std::string& yaml, const cli::Present& present,
                                       bool prune = true) {
    WEFT_TRY(const auto root, schema::parse_yaml(yaml, "c.yaml"));
    WEFT_TRY(const auto document, cli::read_document(root));
    return cli::plan(document, present, {cli::Owner{"by", "web"}, prune});
}

// What it changes, a line a step, or the error.
std::string changes(const std::string& yaml, const cli::Present& present, bool prune = true) {
    const auto steps = planned(yaml, present, prune);
    if (!steps) return steps.error().message();
    std::string out;
    for (const auto& step : *steps)
        if (step.verb != cli::Step::Verb::keep) out += step.line() + '\n';
    return out;
}

std::string differences(const std::string& yaml, const cli::Present& present) {
    std::ostringstream out;
    for (const auto& step : planned(yaml, present).value())
        if (step.verb != cli::Step::Verb::keep) cli::print_differences(out, step);
    return out.str();
}

}  // namespace

TEST_CASE("[8.1/prune] what has the label and is not in the document goes; nothing else is touched") {
    CHECK(changes(rest, owned_cloud()) ==
          "detach record blue/r from instance i\n"
          "delete record blue/r\n"
          "delete instance i\n");
    CHECK(changes(rest, owned_cloud(), false).empty());
    const std::string whole = std::string(rest) +
                              "  instances: [{name: i}]\n  records: [{name: r, subnet: blue/front}]\n"
                              "  attachments: [{record: blue/r, instance: i}]\n";
    CHECK(changes(whole, owned_cloud()).empty());
    // A record that stays loses the attachment that its owner's document has no more.
    const auto without = whole.substr(0, whole.find("  attachments"));
    CHECK(changes(without, owned_cloud()) == "detach record blue/r from instance i\n");
    auto by_hand = owned_cloud();
    by_hand[Kind::attachment][0].set("tags", {Value::Map{}});
    CHECK(changes(without, by_hand).empty());
    CHECK(changes(rest, by_hand) ==
          "detach record blue/r from instance i\ndelete record blue/r\ndelete instance i\n");
    auto on_its_way = owned_cloud();
    on_its_way[Kind::attachment][0].set("phase", {std::string("withdrawing")});
    CHECK(changes(without, on_its_way).empty());
}

TEST_CASE("[8.1/prune] a whole cloud goes in an order in which each step can be done") {
    auto present = owned_cloud();
    present[Kind::record].pop_back();
    CHECK(changes("cloud: {}", present) ==
          "detach record blue/r from instance i\n"
          "modify route-table blue/out (routes)\n"
          "modify group blue/a (rules)\n"
          "modify group blue/b (rules)\n"
          "delete record blue/r\n"
          "delete instance i\n"
          "delete subnet blue/front\n"
          "delete route-table blue/out\n"
          "delete group blue/a\n"
          "delete group blue/b\n"
          "delete partition blue\n");
    for (const auto& step : planned("cloud: {}", present).value()) CHECK(step.pruning);
}

TEST_CASE("[8.1/prune] a record that another replaces goes before it: its address is free then") {
    const auto renamed = std::string(rest) +
                         "  records: [{name: new, subnet: blue/front, addresses: [10.1.2.30]}]\n"
                         "  instances: [{name: i}]\n"
                         "  attachments: [{record: blue/new, instance: i, device: eth0}]\n";
    CHECK(changes(renamed, owned_cloud()) ==
          "detach record blue/r from instance i\n"
          "delete record blue/r\n"
          "create record blue/new\n"
          "attach record blue/new to instance i\n");
    const auto other = std::string(rest) +
                       "  records: [{name: new, subnet: blue/front, addresses: [10.1.2.40]}]\n"
                       "  instances: [{name: i}]\n"
                       "  attachments: [{record: blue/new, instance: i, device: eth0}]\n";
    CHECK(changes(other, owned_cloud()) ==
          "create record blue/new\n"
          "detach record blue/r from instance i\n"
          "attach record blue/new to instance i\n"
          "delete record blue/r\n");
}

TEST_CASE(
    "[8.1/prune] what goes makes room first for what comes in its place, unless something stays in it") {
    const std::string renamed =
        "cloud:\n"
        "  partitions:\n"
        "    - name: blue\n"
        "      subnets: [{name: new, cidr: 10.1.2.0/25}]\n"
        "      groups: [{name: a}, {name: b}]\n"
        "      route-tables: [{name: out, routes: []}]\n"
        "  instances: [{name: i}]\n"
        "  records: [{name: n, subnet: blue/new, addresses: [10.1.2.30]}]\n"
        "  attachments: [{record: blue/n, instance: i, device: eth0}]\n";
    CHECK(changes(renamed, owned_cloud()) ==
          "conflict: c.yaml:4:17: blue/new: needs the room of subnet blue/front, which cannot go before: "
          "record blue/other uses it; let that go, or elsewhere, in a run of its own");
    auto alone = owned_cloud();
    alone[Kind::record].pop_back();
    alone[Kind::attachment].pop_back();
    CHECK(changes(renamed, alone) ==
          "detach record blue/r from instance i\n"
          "delete record blue/r\n"
          "delete subnet blue/front\n"
          "create subnet blue/new\n"
          "create record blue/n\n"
          "modify route-table blue/out (routes)\n"
          "attach record blue/n to instance i\n");
    // Beside it there is room: it goes last, as ever.
    auto beside = renamed;
    beside.replace(beside.find("10.1.2.0/25"), 11, "10.1.3.0/24");
    const auto later = changes(beside, alone);
    CHECK(later.find("create subnet blue/new") < later.find("delete subnet blue/front"));
}

TEST_CASE("[8.1/prune] a renamed host or public pool: the former one goes first, if nothing is on it") {
    auto present = owned_cloud();
    present[Kind::host] = objects(
        Kind::host, "[{id: host-0000000000000000e, name: h1, underlay: [192.0.2.1], tags: {by: web}}]");
    present[Kind::address_pool] =
        objects(Kind::address_pool,
                "[{id: pool-0000000000000000f, name: outside, ranges: [203.0.113.0/28], tags: {by: web}}]");
    const std::string more = std::string(rest) +
                             "  hosts: [{name: new, underlay: [192.0.2.1]}]\n"
                             "  address-pools: [{name: public, ranges: [203.0.113.8/29]}]\n"
                             "  instances: [{name: i}]\n"
                             "  records: [{name: r, subnet: blue/front}]\n"
                             "  attachments: [{record: blue/r, instance: i}]\n";
    const auto steps = changes(more, present);
    CHECK(steps.find("delete host h1") < steps.find("create host new"));
    CHECK(steps.find("delete address-pool") < steps.find("create address-pool"));
    present[Kind::instance][1].set("host", {std::string("host-0000000000000000e")});
    CHECK(changes(more, present)
              .find("new: needs the room of host h1, which cannot go before: instance other") !=
          std::string::npos);
}

TEST_CASE("[8.1/prune] a public address of a record that goes is free for one that comes") {
    auto present = owned_cloud();
    schema::Value pair;
    pair.set("private", {std::string("10.1.2.30")});
    pair.set("public", {std::string("203.0.113.3")});
    present[Kind::record][0].set("public-addresses", {Value::List{pair}});
    const auto steps =
        changes(std::string(rest) +
                    "  instances: [{name: i}]\n  records: [{name: new, subnet: blue/front, addresses: "
                    "[10.1.2.40], public-addresses: [{private: 10.1.2.40, public: "
                    "203.0.113.3}]}]\n",
                present);
    CHECK(steps.find("delete record blue/r") < steps.find("create record blue/new"));
}

TEST_CASE("[8.1/owner] all objects of a document get the label, with the tags that they have") {
    const auto steps = planned(
        "cloud:\n"
        "  partitions: [{name: red, cidrs: [10.1.0.0/16], subnets: [{name: s, cidr: 10.1.2.0/24}],\n"
        "    groups: [{name: default}]}]\n"
        "  instances: [{name: other}]\n"
        "  records: [{name: r, subnet: blue/front, tags: {tier: two}}, {name: n, subnet: red/s}]\n"
        "  attachments: [{record: n, instance: other}]\n",
        owned_cloud(), false);
    REQUIRE_MESSAGE(steps.has_value(), steps.error().message());
    std::string lines;
    for (const auto& step : *steps) lines += step.line() + ": " + schema::to_yaml(*step.fields.find("tags"));
    CHECK(lines ==
          "create partition red (subnet s): by: web\n"
          "modify instance other (tags): by: web\n"
          "modify record blue/r (tags): by: web\ntier: two\n"
          "create record red/n: by: web\n"
          "modify group red/default (tags): by: web\n"
          "attach record red/n to instance other: by: web\n");
    CHECK(schema::to_yaml(*steps->front().first.at(0).find("tags")) == "by: web\n");
}

TEST_CASE("[8.1/owner] an object of another owner is refused with its place, and nothing is done") {
    CHECK(changes("cloud:\n  records: [{name: other, subnet: blue/front}]", owned_cloud()) ==
          "conflict: c.yaml:2:13: record blue/other is another owner's: its tag by is 'shop'");
    CHECK(changes("cloud:\n  instances: [{name: i, tags: {by: me}}]", owned_cloud()) ==
          "conflict: c.yaml:2:15: instance i is another owner's: its tag by is 'me'");
    for (const auto* wrong : {"by", "=web", "by="})
        CHECK(cli::read_owner(wrong).error().message() ==
              "invalid: --owner-label: expected KEY=VALUE, got '" + std::string(wrong) + "'");
    const auto owner = cli::read_owner("by=a=b").value();
    CHECK(owner.key == "by");
    CHECK(owner.value == "a=b");
}

TEST_CASE("[8.1/diff] differences by object and field: what was and what shall be, items of lists, tags") {
    CHECK(
        differences(std::string(rest) +
                        "  instances: [{name: i, description: \"x\"}, {name: new}]\n"
                        "  records: [{name: r, subnet: blue/front, addresses: [10.1.2.30, 10.1.2.32], tags: "
                        "{tier: two, zone: z}}]\n",
                    owned_cloud()) ==
        "modify instance i (description)\n"
        "    description: \"\" -> \"x\"\n"
        "create instance new\n"
        "    name: \"new\"\n"
        "    tags.by: \"web\"\n"
        "modify record blue/r (addresses, tags)\n"
        "    addresses:\n"
        "      + \"10.1.2.32\"\n"
        "    tags.tier: \"one\" -> \"two\"\n"
        "    tags.zone: \"z\"\n"
        "detach record blue/r from instance i\n");
    auto present = owned_cloud();
    present[Kind::record].clear();
    present[Kind::attachment].clear();
    CHECK(differences(
              "cloud:\n  partitions:\n    - name: blue\n      subnets: [{name: front, route-table: main}]\n"
              "      groups: [{name: a, rules: [{direction: egress}]}, {name: b}]\n"
              "      route-tables: [{name: out}]\n  instances: [{name: i}]\n",
              present) ==
          "modify subnet blue/front (route-table)\n"
          "    route-table: \"blue/out\" -> \"blue/main\"\n"
          "modify group blue/a (rules)\n"
          "    rules:\n"
          "      - {\"direction\":\"ingress\",\"protocol\":\"any\",\"group\":\"blue/b\"}\n"
          "      + {\"direction\":\"egress\",\"protocol\":\"any\"}\n");
}

TEST_CASE("[8.1/diff] as values: verb, kind, object and each field with what was and what shall be") {
    const auto steps =
        planned(std::string(rest) + "  instances: [{name: i, description: x}]\n", owned_cloud(), false);
    for (const auto& step : steps.value())
        if (step.verb != cli::Step::Verb::keep) {
            const auto value = cli::step_value(step);
            CHECK(schema::to_yaml(*value.find("differences")) ==
                  "- field: description\n  before: \"\"\n  after: x\n");
            CHECK(*value.find("object") == Value{std::string("i")});
        }
}
