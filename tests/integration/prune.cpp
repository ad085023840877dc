// SPDX-License-Identifier: Apache-2.0
// Documents that own what they describe, against a real coordinator; pages as typed.
#include "command_line.h"

#include "weft/schema/json.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr const char* whole = R"(cloud:
  hosts: [{name: h1, underlay: [192.0.2.1]}]
  partitions:
    - name: blue
      gni: 9
      cidrs: [10.1.0.0/16]
      subnets: [{name: front, cidr: 10.1.2.0/24, route-table: out}, {name: back, cidr: 10.1.3.0/24}]
      groups:
        - {name: a, rules: [{direction: ingress, group: b}]}
        - {name: b, rules: [{direction: ingress, group: a}]}
      route-tables: [{name: out, routes: [{prefix: 0.0.0.0/0, target: record, record: fw}]}]
  instances: [{name: i1, host: h1, netns: n1}]
  records:
    - {name: fw, partition: blue, subnet: back, addresses: [10.1.3.9], mac: "02:00:00:00:00:09"}
    - {name: r, partition: blue, subnet: front, addresses: [10.1.2.30], mac: "02:00:00:00:00:0a", security-groups: [a]}
  attachments: [{record: r, instance: i1}]
)";

const std::vector<std::string> owned{"--owner-label", "by=web"};
const std::vector<std::string> pruned{"--owner-label", "by=web", "--prune"};

}  // namespace

TEST_CASE("[8.1/prune] all of a document goes and comes again; what others made stays") {
    CommandLine cloud;
    REQUIRE(cloud.run({"host", "create", "h2", "--underlay", "192.0.2.2"}).code == 0);
    const auto made = cloud.with("apply", whole, owned);
    REQUIRE_MESSAGE(made.code == 0, made.err);
    CHECK(cloud.with("diff", whole, pruned).code == 0);
    const auto before = cloud.run({"export"}).out;

    // A dry run and a difference show it and do nothing.
    const auto dry = cloud.with("apply", "cloud: {}", {"--owner-label", "by=web", "--prune", "--dry-run"});
    CHECK(dry.code == 0);
    CHECK(dry.out.find("delete partition blue\n") != std::string::npos);
    const auto differs = cloud.with("diff", "cloud: {}", pruned);
    CHECK(differs.code == 1);
    CHECK(differs.out.find("detach record blue/r from instance i1\n") != std::string::npos);
    CHECK(cloud.run({"export"}).out == before);

    const auto gone = cloud.with("apply", "cloud: {}", pruned);
    REQUIRE_MESSAGE(gone.code == 0, gone.err);
    CHECK(gone.out == dry.out);
    CHECK(cloud.run({"export"}).out == "cloud:\n  hosts:\n    - name: h2\n      underlay: [192.0.2.2]\n");
    CHECK(cloud.with("diff", "cloud: {}", pruned).code == 0);
    REQUIRE(cloud.with("apply", whole, owned).code == 0);
    CHECK(cloud.run({"export"}).out == before);
}

TEST_CASE("[8.1/prune] what is refused is named, the rest is done, and the next apply goes on") {
    CommandLine cloud;
    REQUIRE(cloud.with("apply", whole, owned).code == 0);
    REQUIRE(cloud.run({"record", "create", "others", "--subnet", "blue/back"}).code == 0);
    const auto refused = cloud.with("apply", "cloud: {}", pruned);
    CHECK(refused.code == 4);
    CHECK(refused.err.find("(in the step: delete subnet blue/back)") != std::string::npos);
    CHECK(refused.err.find("(in the step: delete partition blue)") != std::string::npos);
    CHECK(refused.err.find(" changes made; apply the document again to go on\n") != std::string::npos);
    CHECK(cloud.run({"record", "list", "-o", "name"}).out == "blue/others\n");
    CHECK(cloud.run({"host", "list"}).out.empty());
    REQUIRE(cloud.run({"record", "delete", "others"}).code == 0);
    const auto rest = cloud.with("apply", "cloud: {}", pruned);
    CHECK_MESSAGE(rest.code == 0, rest.err);
    CHECK(rest.out == "delete subnet blue/back\ndelete partition blue\n");
}

TEST_CASE("[8.1/apply] a refused step ends it with its place; what was done is said and stays") {
    CommandLine cloud;
    REQUIRE(cloud.with("apply", whole).code == 0);
    const char* const more =
        "cloud:\n  instances: [{name: i2, netns: n2}]\n  records:\n"
        "    - {name: new, subnet: blue/front, addresses: [10.1.2.30]}\n"
        "  attachments: [{record: new, instance: i2}]\n";
    const auto outcome = cloud.with("apply", more);
    CHECK(outcome.code == 4);
    CHECK(outcome.out == "create instance i2\n");
    CHECK(outcome.err.find("cloud.yaml:4:7: ") != std::string::npos);
    CHECK(outcome.err.find("(in the step: create record blue/new)\n1 of 3 changes made; ") !=
          std::string::npos);
    REQUIRE(cloud.run({"record", "delete", "r", "--force"}).code == 0);
    const auto again = cloud.with("apply", more);
    CHECK_MESSAGE(again.code == 0, again.err);
    CHECK(again.out == "keep instance i2\ncreate record blue/new\nattach record blue/new to instance i2\n");
}

TEST_CASE("[8.1/diff] exit 0 without differences, 1 with some, above 1 for what is wrong; as JSON too") {
    CommandLine cloud;
    REQUIRE(cloud.with("apply", whole).code == 0);
    CHECK(cloud.with("diff", whole).code == 0);
    const auto json =
        cloud.with("diff", "cloud: {instances: [{name: i1, description: web}]}", {"-o", "json"});
    CHECK(json.code == 1);
    const auto steps = schema::parse_json(json.out, "diff").value();
    const auto& step = steps.get<schema::Value::List>()->at(0);
    CHECK(schema::to_json(*step.find("differences")) ==
          R"([{"field":"description","before":"","after":"web"}])");
    CHECK(cloud.with("diff", "cloud: {instances: [{nam: i1}]}").code == 2);
    CHECK(cloud.with("diff", "cloud: {instances: [{name: i1, host: none}]}").code == 3);
    CHECK(cloud.with("diff", "cloud: {}", {"--prune"}).code == 2);
    CHECK(cloud.with("diff", "cloud: {}", {"--owner-label", "by"}).code == 2);
    CHECK(cloud.with("diff", whole, owned).code == 1);  // nothing has the label yet
}

TEST_CASE("[1.7/page] pages as typed: each says where the next begins") {
    CommandLine cloud;
    REQUIRE(cloud.with("apply", whole).code == 0);
    for (int n = 0; n < 5; ++n)
        REQUIRE(cloud.run({"record", "create", "p" + std::to_string(n), "--subnet", "blue/back"}).code == 0);
    std::set<std::string> seen;
    std::vector<std::string> words{"record", "list", "--subnet", "back", "--limit", "2", "-o", "name"};
    for (int pages = 1;; ++pages) {
        const auto page = cloud.run(words);
        REQUIRE(page.code == 0);
        std::istringstream lines{page.out};
        for (std::string line; std::getline(lines, line);) CHECK(seen.insert(line).second);
        const auto at = page.err.find("--after ");
        if (at == std::string::npos) {
            CHECK(pages == 3);
            break;
        }
        words.resize(8);
        words.insert(words.end(), {"--after", page.err.substr(at + 8, page.err.find('\n') - at - 8)});
    }
    CHECK(seen == std::set<std::string>{"blue/fw", "blue/p0", "blue/p1", "blue/p2", "blue/p3", "blue/p4"});
    CHECK(cloud.run({"record", "list", "--after", "ins-00000000000000001"}).code == 2);
    CHECK(cloud.run({"record", "list", "--limit", "0"}).code == 2);
}
