// SPDX-License-Identifier: Apache-2.0
// From a document and what is there to steps; what is there is written as YAML here, ids as the coordinator
// lists them.
#include "coordinator/cli/apply/plan.h"

#include <doctest/doctest.h>

#include "coordinator/cli/apply/export.h"
#include "coordinator/cli/apply/scaled.h"
#include "weft/schema/yaml.h"
#include "weft/wire/object.h"

using namespace weft;
using schema::Value;

namespace {

// Objects of a kind from a YAML list, the fields that are left out at their defaults.
std::vector<Value> objects(Kind kind, const std::string& yaml) {
    std::vector<Value> out;
    const auto list = schema::parse_yaml(yaml, "present").value();
    for (const auto& item : *list.get<Value::List>())
        out.push_back(wire::object_value(kind, wire::object_bytes(kind, item, "", 0).value()).value());
    return out;
}

// blue with web, h1 and h2, i1 on h1, and blue/i1 attached to i1.
cli::Present blue_cloud() {
    cli::Present present;
    present[Kind::partition] =
        objects(Kind::partition,
                "[{id: part-00000000000000001, name: blue, gni: 7, cidrs: [10.1.0.0/16], owner: root}]");
    present[Kind::subnet] = objects(
        Kind::subnet,
        "[{id: sub-00000000000000002, name: web, partition: part-00000000000000001, cidr: 10.1.2.0/24}]");
    present[Kind::host] = objects(Kind::host,
                                  "[{id: host-00000000000000003, name: h1, underlay: [192.0.2.1]}, {id: "
                                  "host-00000000000000004, name: h2, underlay: [192.0.2.2]}]");
    present[Kind::instance] =
        objects(Kind::instance,
                "[{id: ins-00000000000000005, name: i1, host: host-00000000000000003, netns: weft-i1}]");
    present[Kind::record] =
        objects(Kind::record,
                "[{id: rec-00000000000000006, name: i1, partition: part-00000000000000001, subnet: "
                "sub-00000000000000002, addresses: [10.1.2.30]}]");
    present[Kind::attachment] =
        objects(Kind::attachment,
                "[{id: att-00000000000000007, record: rec-00000000000000006, instance: "
                "ins-00000000000000005, device: eth0, phase: attached}]");
    return present;
}

Result<std::vector<cli::Step>> planned(const std::string& yaml, const cli::Present& present) {
    WEFT_TRY(const auto root, schema::parse_yaml(yaml, "c.yaml"));
    WEFT_TRY(const auto document, cli::read_document(root));
    return cli::plan(document, present);
}

std::string lines(const std::string& yaml, const cli::Present& present) {
    const auto steps = planned(yaml, present);
    if (!steps) return steps.error().message();
    std::string out;
    for (const auto& step : *steps) out += step.line() + '\n';
    return out;
}

constexpr const char* whole_cloud = R"(cloud:
  partitions: [{name: blue, cidrs: [10.1.0.0/16], subnets: [{name: web, cidr: 10.1.2.0/24}]}]
  hosts: [{name: h1, underlay: [192.0.2.1]}]
  instances: [{name: i1, host: h1, netns: weft-i1}]
  records: [{name: i1, partition: blue, subnet: web, addresses: [10.1.2.30]}]
  attachments: [{record: blue/i1, instance: i1, device: eth0}]
)";

}  // namespace

TEST_CASE("[8.1/apply] on an empty coordinator everything is made, in dependency order") {
    CHECK(lines(whole_cloud, {}) ==
          "create partition blue (subnet web)\n"
          "create host h1\n"
          "create instance i1\n"
          "create record blue/i1\n"
          "attach record blue/i1 to instance i1\n");
    const auto steps = planned(whole_cloud, {}).value();
    CHECK(schema::to_yaml(steps[0].first.at(0)) == "name: web\ncidr: 10.1.2.0/24\n");
    CHECK(schema::to_yaml(steps[3].references) == "subnet: blue/web\n");
}

TEST_CASE("[8.1/apply] hosts are made before the partitions that are dedicated to them") {
    CHECK(lines("cloud:\n"
                "  partitions: [{name: red, cidrs: [10.1.0.0/16], dedicated-hosts: [h9], subnets: [{name: s, "
                "cidr: "
                "10.1.2.0/24}]}]\n"
                "  hosts: [{name: h9, underlay: [192.0.2.9]}]\n",
                {}) == "create host h9\ncreate partition red (subnet s)\n");
}

TEST_CASE("[8.1/apply] what is there already stays: applying twice changes nothing") {
    CHECK(lines(whole_cloud, blue_cloud()) ==
          "keep partition blue\n"
          "keep subnet blue/web\n"
          "keep host h1\n"
          "keep instance i1\n"
          "keep record blue/i1\n"
          "keep record blue/i1 attached to instance i1\n");
}

TEST_CASE("[8.1/apply] only the fields that are given and differ are modified") {
    const auto steps =
        planned("cloud: {records: [{name: i1, partition: blue, description: web, addresses: [10.1.2.31]}]}",
                blue_cloud());
    REQUIRE(steps.has_value());
    REQUIRE(steps->size() == 1);
    CHECK(steps->front().line() == "modify record blue/i1 (description, addresses)");
    CHECK(steps->front().ref == "rec-00000000000000006");
    CHECK(schema::to_yaml(steps->front().fields) == "description: web\naddresses: [10.1.2.31]\n");
    CHECK(lines("cloud: {partitions: [{name: blue, dedicated-hosts: [h2]}]}", blue_cloud()) ==
          "modify partition blue (dedicated-hosts)\n");
}

TEST_CASE("[8.1/apply] an attached instance moves; one without attachments is placed anew") {
    const char* const elsewhere = "cloud: {instances: [{name: i1, host: h2, description: x}]}";
    CHECK(lines(elsewhere, blue_cloud()) ==
          "move instance i1 to host h2\nmodify instance i1 (description)\n");
    CHECK(lines("cloud: {instances: [{name: i1, host: h2}]}", blue_cloud()) ==
          "move instance i1 to host h2\n");
    auto present = blue_cloud();
    present[Kind::attachment].clear();
    CHECK(lines(elsewhere, present) == "modify instance i1 (description, host)\n");
}

TEST_CASE("[8.1/apply] an exclusive record attached elsewhere is detached first, a shared one is not") {
    const char* const elsewhere =
        "cloud: {instances: [{name: i9}], attachments: [{record: blue/i1, instance: i9}]}";
    CHECK(lines(elsewhere, blue_cloud()) ==
          "create instance i9\n"
          "detach record blue/i1 from instance i1\n"
          "attach record blue/i1 to instance i9\n");
    auto present = blue_cloud();
    present[Kind::record][0].set("exclusive", {false});
    CHECK(lines(elsewhere, present) == "create instance i9\nattach record blue/i1 to instance i9\n");
    CHECK(lines("cloud:\n"
                "  instances: [{name: a}, {name: b}]\n"
                "  records: [{name: new, subnet: blue/web, exclusive: false}]\n"
                "  attachments: [{record: new, instance: a}, {record: new, instance: b}]\n",
                {blue_cloud()}) ==
          "create instance a\ncreate instance b\ncreate record blue/new\n"
          "attach record blue/new to instance a\nattach record blue/new to instance b\n");
}

TEST_CASE("[8.1/apply] another device is a new attachment; one on its way out does not count") {
    CHECK(lines("cloud: {attachments: [{record: i1, instance: i1, device: eth1}]}", blue_cloud()) ==
          "detach record blue/i1 from instance i1\nattach record blue/i1 to instance i1\n");
    CHECK(lines("cloud: {attachments: [{record: i1, instance: i1, delete-on-terminate: true}]}",
                blue_cloud()) == "modify attachment blue/i1@i1 (delete-on-terminate)\n");
    auto present = blue_cloud();
    present[Kind::attachment][0].set("phase", {std::string("withdrawing")});
    CHECK(lines("cloud: {attachments: [{record: i1, instance: i1}]}", present) ==
          "attach record blue/i1 to instance i1\n");
}

TEST_CASE(
    "[1.12/apply] references to nothing, ambiguous ones and impossible changes are errors with their place") {
    const auto present = blue_cloud();
    CHECK(lines("cloud: {instances: [{name: i2, host: h9}]}", present) ==
          "not_found: c.yaml:1:38: there is no host 'h9'");
    CHECK(lines("cloud: {records: [{name: i2, partition: blue, subnet: back}]}", present) ==
          "not_found: c.yaml:1:55: there is no subnet 'back'");
    CHECK(lines("cloud: {subnets: [{name: web, partition: blue, cidr: 10.1.9.0/24}]}", present) ==
          "invalid: c.yaml:1:19: web: 'cidr' cannot be changed after creation");
    CHECK(lines("cloud: {partitions: [{name: red, cidrs: [10.1.0.0/16]}]}", present) ==
          "invalid: c.yaml:1:22: red: a new partition needs at least one subnet");
    CHECK(lines("cloud: {hosts: [{name: h3}]}", present) ==
          "invalid: c.yaml:1:17: h3: is not there yet, and 'underlay' is missing");
    CHECK(lines("cloud: {hosts: [{name: h1}, {name: h1}]}", present) ==
          "invalid: c.yaml:1:29: host h1 is given twice, first at c.yaml:1:17");
    CHECK(lines("cloud: {attachments: [{record: i1, instance: i1}, {record: blue/i1, instance: i1}]}",
                present) == "invalid: c.yaml:1:51: blue/i1: is attached to i1 twice");
    CHECK(lines("cloud: {instances: [{name: i9}], attachments: [{record: i1, instance: i1}, {record: i1, "
                "instance: "
                "i9}]}",
                present) == "invalid: c.yaml:1:76: blue/i1: is exclusive, and attached to two instances");
}

TEST_CASE("[1.7/names] a record's name in two partitions is ambiguous and names the candidates") {
    const char* const red =
        "cloud:\n"
        "  partitions: [{name: red, cidrs: [10.1.0.0/16], subnets: [{name: web, cidr: 10.1.2.0/24}]}]\n"
        "  records: [{name: i1, subnet: red/web}]\n"
        "  attachments: [{record: i1, instance: i1}]\n";
    CHECK(lines(red, blue_cloud()) == "conflict: c.yaml:4:26: record 'i1' may be blue/i1 or red/i1");
    auto present = blue_cloud();
    present[Kind::host].push_back(present[Kind::host][0]);
    present[Kind::host][2].set("id", {std::string("host-00000000000000008")});
    CHECK(
        lines("cloud: {hosts: [{name: h1}]}", present) ==
        "conflict: c.yaml:1:17: several have the name 'h1': host-00000000000000003, host-00000000000000008");
}

TEST_CASE("[8.1/apply] groups and route tables: those that refer to others do so when all are there") {
    const char* const cloud = R"(cloud:
  partitions:
    - name: blue
      cidrs: [10.1.0.0/16]
      subnets: [{name: web, cidr: 10.1.2.0/24, acl: front}]
      acls: [{name: front}]
      groups:
        - {name: web, rules: [{direction: ingress, protocol: tcp, ports: 80, group: lb}]}
        - {name: lb, rules: [{direction: ingress, protocol: tcp, ports: 443}]}
        - {name: default, rules: []}
      route-tables:
        - {name: out, routes: [{prefix: 192.0.2.0/24, target: blackhole}]}
        - {name: main, routes: [{prefix: 0.0.0.0/0, target: record, record: r}]}
  records: [{name: r, subnet: blue/web, security-groups: [web, default]}]
)";
    CHECK(lines(cloud, {}) ==
          "create partition blue (subnet web)\n"
          "create group blue/web\n"
          "create group blue/lb\n"
          "create acl blue/front\n"
          "create route-table blue/out\n"
          "create record blue/r\n"
          "modify group blue/web (rules)\n"
          "modify group blue/default (rules)\n"
          "modify route-table blue/main (routes)\n"
          "modify subnet blue/web (acl)\n");
    const auto steps = planned(cloud, {}).value();
    CHECK(schema::to_yaml(steps[5].references) ==
          "subnet: blue/web\nsecurity-groups: [blue/web, blue/default]\n");
    CHECK(steps[2].references.find("rules") != nullptr);
    CHECK(steps[7].ref == "blue/default");
}

TEST_CASE("[8.1/apply] a group whose rules are as wanted stays; one with others is modified") {
    auto present = blue_cloud();
    present[Kind::security_group] = objects(
        Kind::security_group,
        "[{id: sg-00000000000000009, name: web, partition: part-00000000000000001, rules: [{direction: "
        "ingress, protocol: tcp, ports: 80, group: sg-00000000000000009}]}]");
    CHECK(lines("cloud: {groups: [{name: web, partition: blue, rules: [{direction: ingress, protocol: tcp, "
                "ports: 80, group: web}]}]}",
                present) == "keep group blue/web\n");
    CHECK(lines("cloud: {groups: [{name: web, partition: blue, rules: [{direction: ingress, protocol: tcp, "
                "ports: 81, group: web}]}]}",
                present) == "modify group blue/web (rules)\n");
    CHECK(lines("cloud: {groups: [{name: web, partition: blue, rules: [{direction: egress, group: none}]}]}",
                present) == "not_found: c.yaml:1:82: there is no group 'none'");
    const auto exported = schema::to_yaml(cli::export_document(present).value());
    CHECK(exported.find("        - name: web\n          rules:\n            - direction: ingress\n"
                        "              protocol: tcp\n              ports: \"80\"\n"
                        "              group: blue/web\n") != std::string::npos);
    for (const auto& step : planned(exported, present).value()) CHECK(step.verb == cli::Step::Verb::keep);
}

TEST_CASE("[8.1/export] what is there as a document that apply accepts and that changes nothing") {
    const auto document = cli::export_document(blue_cloud()).value();
    CHECK(schema::to_yaml(document) == R"(cloud:
  partitions:
    - name: blue
      gni: 7
      cidrs: [10.1.0.0/16]
      owner: root
      subnets:
        - name: web
          cidr: 10.1.2.0/24
  hosts:
    - name: h1
      underlay: [192.0.2.1]
    - name: h2
      underlay: [192.0.2.2]
  instances:
    - name: i1
      host: h1
      netns: weft-i1
  records:
    - partition: blue
      name: i1
      subnet: blue/web
      addresses: [10.1.2.30]
  attachments:
    - record: blue/i1
      instance: i1
      device: eth0
)");
    const auto steps = planned(schema::to_yaml(document), blue_cloud());
    REQUIRE(steps.has_value());
    CHECK(steps->size() == 7);
    for (const auto& step : *steps) CHECK(step.verb == cli::Step::Verb::keep);
}

TEST_CASE("[6.9/apply] what is declared of a foreign host goes to a document and back") {
    auto present = blue_cloud();
    present[Kind::host] = objects(
        Kind::host,
        "[{id: host-00000000000000003, name: h1, underlay: [192.0.2.1], capabilities: [geneve/1], "
        "underlay-mtu: 1500}, {id: host-00000000000000004, name: vtep, underlay: [192.0.2.9], foreign: true, "
        "capabilities: [vxlan/1, geneve/1], underlay-mtu: 9000}]");
    const auto exported = schema::to_yaml(cli::export_document(present).value());
    CHECK(exported.find("  hosts:\n"
                        "    - name: h1\n"
                        "      underlay: [192.0.2.1]\n"
                        "    - name: vtep\n"
                        "      underlay: [192.0.2.9]\n"
                        "      capabilities: [vxlan/1, geneve/1]\n"
                        "      underlay-mtu: 9000\n"
                        "      foreign: true\n"
                        "  instances:") != std::string::npos);
    for (const auto& step : planned(exported, present).value()) CHECK(step.verb == cli::Step::Verb::keep);
    CHECK(lines("cloud: {hosts: [{name: vtep, capabilities: [vxlan/1]}]}", present) ==
          "modify host vtep (capabilities)\n");
    CHECK(lines("cloud: {hosts: [{name: gw, underlay: [192.0.2.7], foreign: true, underlay-mtu: 1400}]}",
                present) == "create host gw\n");
}

TEST_CASE("[6.9/apply] what an agent reports cannot stand in a document: refused before anything is done") {
    const auto present = blue_cloud();
    CHECK(lines("cloud:\n  hosts: [{name: h1, capabilities: [vxlan/1]}]", present) ==
          "invalid: c.yaml:2:11: h1: 'capabilities' can be declared for a foreign host only: the agent of "
          "others reports it");
    CHECK(lines("cloud:\n  hosts: [{name: h9, underlay: [192.0.2.8], underlay-mtu: 1500}]", present) ==
          "invalid: c.yaml:2:11: h9: 'underlay-mtu' can be declared for a foreign host only: the agent of "
          "others reports it");
}

TEST_CASE(
    "[1.10/yaml] pools stand in their partition, public ones outside; exported, applying changes nothing") {
    const std::string pools = R"(cloud:
  partitions:
    - name: blue
      pools: [{name: web}]
      address-pools: [{name: low, ranges: [10.1.2.128/26]}]
  address-pools: [{name: outside, ranges: [203.0.113.0/28]}]
  records: [{name: w1, partition: blue, subnet: web, pool: web, address-pool: low}]
)";
    CHECK(lines(pools, blue_cloud()) ==
          "keep partition blue\ncreate pool blue/web\ncreate address-pool blue/low\n"
          "create address-pool /outside\ncreate record blue/w1\n");
    auto present = blue_cloud();
    present[Kind::pool] =
        objects(Kind::pool, "[{id: pool-00000000000000008, name: web, partition: part-00000000000000001}]");
    present[Kind::address_pool] =
        objects(Kind::address_pool,
                "[{id: apool-00000000000000009, name: low, partition: part-00000000000000001, ranges: "
                "[10.1.2.128/26]}, {id: apool-0000000000000000a, name: outside, ranges: [203.0.113.0/28]}]");
    const auto exported = schema::to_yaml(cli::export_document(present).value());
    CHECK(exported.find("  address-pools:\n    - name: outside\n") != std::string::npos);
    CHECK(exported.find("      pools:\n        - name: web\n") != std::string::npos);
    for (const auto& step : planned(exported, present).value()) CHECK(step.verb == cli::Step::Verb::keep);
}

TEST_CASE(
    "[2.13/scaling-yaml] a rule is made after what it refers to, pruned first; what it made is left out") {
    const std::string rules = R"(cloud:
  partitions: [{name: blue, pools: [{name: web}]}]
  scaling-rules: [{name: web, driver: netns, pool: web, hosts: [h1], desired: 2}]
)";
    CHECK(lines(rules, blue_cloud()) ==
          "keep partition blue\ncreate pool blue/web\ncreate scaling-rule web\n");
    CHECK(lines("cloud:\n  scaling-rules: [{name: web, desired: 2}]", blue_cloud()) ==
          "invalid: c.yaml:2:19: web: is not there yet, and 'driver' is missing");
    auto present = blue_cloud();
    present[Kind::pool] =
        objects(Kind::pool, "[{id: pool-00000000000000008, name: web, partition: part-00000000000000001}]");
    present[Kind::scaling_rule] =
        objects(Kind::scaling_rule,
                "[{id: scale-00000000000000009, name: web, driver: netns, pool: pool-00000000000000008, "
                "hosts: [host-00000000000000003], desired: 2, tags: {of: doc}}]");
    const auto made = objects(Kind::instance,
                              "[{id: ins-0000000000000000a, name: web-1, host: host-00000000000000003, "
                              "driver: netns, scaling-rule: scale-00000000000000009, tags: {of: doc}}]");
    const auto records = objects(
        Kind::record,
        "[{id: rec-0000000000000000b, name: web-1, partition: part-00000000000000001, subnet: "
        "sub-00000000000000002, delete-on-terminate: true}, {id: rec-0000000000000000c, name: pooled, "
        "partition: part-00000000000000001, subnet: sub-00000000000000002, pool: pool-00000000000000008}]");
    const auto attachments =
        objects(Kind::attachment,
                "[{id: att-0000000000000000d, record: rec-0000000000000000b, instance: "
                "ins-0000000000000000a, device: eth0, phase: attached, delete-on-terminate: true}, {id: "
                "att-0000000000000000e, record: rec-0000000000000000c, instance: ins-0000000000000000a, "
                "device: eth1, phase: attached}]");
    for (const auto& [kind, more] :
         {std::pair{Kind::instance, made}, {Kind::record, records}, {Kind::attachment, attachments}})
        present[kind].insert(present[kind].end(), more.begin(), more.end());
    cli::leave_out_scaled(present);
    CHECK(present[Kind::instance].size() == 1);
    CHECK(present[Kind::attachment].size() == 1);
    CHECK(present[Kind::record].size() == 2);  // i1's and the pool's
    CHECK(lines(rules, present) == "keep partition blue\nkeep pool blue/web\nkeep scaling-rule web\n");
    const auto exported = schema::to_yaml(cli::export_document(present).value());
    CHECK(exported.find("web-1") == std::string::npos);
    CHECK(exported.find("  scaling-rules:\n    - name: web\n") != std::string::npos);
    for (const auto& step : planned(exported, present).value()) CHECK(step.verb == cli::Step::Verb::keep);
    // What another scaler asked for stays, unless the document says a number.
    CHECK(lines("cloud:\n  scaling-rules: [{name: web}]", present) == "keep scaling-rule web\n");
    const cli::Ownership pruning{cli::Owner{"of", "doc"}, true};
    const auto root = schema::parse_yaml("cloud: {}", "c.yaml").value();
    const auto steps = cli::plan(cli::read_document(root).value(), present, pruning).value();
    REQUIRE(steps.size() == 1);
    CHECK(steps.front().line() == "delete scaling-rule web");
}
