// SPDX-License-Identifier: Apache-2.0
// Documents and records that a standby has taken over (row 2.11).
#include <doctest/doctest.h>

#include "coordinator/cli/apply/plan.h"
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

constexpr const char *a = "ins-0000000000000000a", *b = "ins-0000000000000000b", *c = "ins-0000000000000000c";

// blue/service is attached to `on` (empty: to none, and waits for a standby); `standbys` stand by.
cli::Present cloud(const std::string& on, const std::string& standbys) {
    cli::Present present;
    present[Kind::partition] =
        objects(Kind::partition, "[{id: part-00000000000000001, name: blue, cidrs: [10.1.0.0/16]}]");
    present[Kind::subnet] = objects(
        Kind::subnet,
        "[{id: sub-00000000000000002, name: front, partition: part-00000000000000001, cidr: 10.1.2.0/24}]");
    present[Kind::instance] = objects(Kind::instance, std::string("[{id: ") + a + ", name: a}, {id: " + b +
                                                          ", name: b}, {id: " + c + ", name: c}]");
    present[Kind::record] =
        objects(Kind::record,
                "[{id: rec-00000000000000003, name: service, partition: part-00000000000000001, subnet: "
                "sub-00000000000000002, addresses: [10.1.2.30], standbys: [" +
                    standbys + "]" + (on.empty() ? ", failover: host h1 is lost" : "") + "}]");
    if (!on.empty())
        present[Kind::attachment] = objects(
            Kind::attachment, "[{id: att-00000000000000004, record: rec-00000000000000003, instance: " + on +
                                  ", device: eth0, phase: attached}]");
    return present;
}

std::string changes(const cli::Present& present, const std::string& standbys,
                    const std::string& instance = "a", const std::string& more = "") {
    const auto yaml = "cloud:\n  records: [{name: service, subnet: blue/front" +
                      (standbys.empty() ? "" : ", standbys: [" + standbys + "]") +
                      "}]\n  attachments: [{record: blue/service, instance: " + instance + more + "}]\n";
    const auto document = cli::read_document(schema::parse_yaml(yaml, "c.yaml").value());
    REQUIRE(document.has_value());
    const auto steps = cli::plan(*document, present);
    if (!steps) return steps.error().message();
    std::string out;
    for (const auto& step : *steps)
        if (step.verb != cli::Step::Verb::keep) out += step.line() + '\n';
    return out;
}

}  // namespace

TEST_CASE("[2.11/apply] [8.1/apply] after a failover the document is met by whom it lists") {
    CHECK(changes(cloud(a, b), "b").empty());
    CHECK(changes(cloud(b, a), "b").empty());
    CHECK(changes(cloud(b, a), "").empty());
    CHECK(changes(cloud(b, std::string(c) + ", " + a), "b, c").empty());
    CHECK(changes(cloud("", std::string(b) + ", " + a), "b").empty());
    // Another device is chosen where it went; rules are wanted there too.
    CHECK(changes(cloud(b, a), "b", "a", ", device: eth7").empty());
    CHECK(changes(cloud(b, a), "b", "a", ", rules: [{direction: ingress, protocol: tcp}]") ==
          "modify attachment blue/service@b (rules)\n");
}

TEST_CASE("[2.11/apply] one more standby is listed, whoever has the record") {
    CHECK(changes(cloud(b, a), "b, c") == "modify record blue/service (standbys)\n");
    CHECK(changes(cloud(a, b), "b, c") == "modify record blue/service (standbys)\n");
}

TEST_CASE("[2.11/apply] another instance than those listed is detached, and who is no standby is attached") {
    CHECK(changes(cloud(c, std::string(b) + ", " + a), "b") ==
          "modify record blue/service (standbys)\n"
          "detach record blue/service from instance c\n"
          "attach record blue/service to instance a\n");
    CHECK(changes(cloud(b, ""), "", "a") ==
          "detach record blue/service from instance b\n"
          "attach record blue/service to instance a\n");
    CHECK(changes(cloud("", ""), "", "a") == "attach record blue/service to instance a\n");
}
