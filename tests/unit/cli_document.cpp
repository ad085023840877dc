// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/apply/document.h"

#include <doctest/doctest.h>

#include "weft/schema/yaml.h"

using namespace weft;
using cli::Document;

namespace {

Result<Document> read(const std::string& text) {
    WEFT_TRY(const auto root, schema::parse_yaml(text, "c.yaml"));
    return cli::read_document(root);
}

std::string error_of(const std::string& text) {
    const auto document = read(text);
    return document ? std::string{} : document.error().field + ": " + document.error().text;
}

}  // namespace

TEST_CASE(
    "[8.1/apply] a document becomes objects in dependency order, values canonical, references as given") {
    const auto document = read(R"(
lab: {anything: [at, all]}
cloud:
  attachments: [{record: blue/i1, instance: i1, device: eth0}]
  records: [{name: i1, partition: blue, subnet: web, addresses: ["2001:DB8:0::1"]}]
  instances: [{name: i1, host: h1}]
  hosts: [{name: h1, underlay: [192.0.2.1]}]
  subnets: [{partition: blue, name: back, cidr: 10.1.3.0/24}]
  partitions:
    - name: blue
      cidrs: [10.1.0.0/16]
      subnets: [{name: web, cidr: 10.1.2.0/24}]
)");
    REQUIRE(document.has_value());
    REQUIRE(document->size() == 7);
    const std::vector<Kind> kinds{Kind::partition, Kind::subnet, Kind::subnet,    Kind::host,
                                  Kind::instance,  Kind::record, Kind::attachment};
    for (std::size_t i = 0; i < kinds.size(); ++i) CHECK((*document)[i].kind == kinds[i]);
    CHECK((*document)[1].name == "back");
    CHECK((*document)[2].name == "web");
    CHECK((*document)[2].partition == "blue");
    const auto& record = (*document)[5];
    CHECK(record.partition == "blue");
    CHECK(*record.references.find("subnet")->get<std::string>() == "web");
    CHECK(*record.fields.find("addresses")->get<schema::Value::List>()->at(0).get<std::string>() ==
          "2001:db8::1");
    CHECK(record.position.line == 5);
    CHECK(*(*document)[6].fields.find("device")->get<std::string>() == "eth0");
}

TEST_CASE("[8.1/apply] groups and ACLs stand alone or inside their partition; rules keep names of groups") {
    const auto document = read(R"(
cloud:
  groups: [{partition: blue, name: web, rules: [{direction: ingress, protocol: tcp, ports: 443, group: lb}]}]
  partitions:
    - name: blue
      groups: [{name: lb, on-change: keep}]
      acls: [{name: front, rules: [{number: 1, direction: ingress, action: deny, protocol: icmp, icmp: 8}]}]
)");
    REQUIRE_MESSAGE(document.has_value(), document.error().message());
    REQUIRE(document->size() == 4);
    const auto& web = (*document)[1];
    CHECK(web.kind == Kind::security_group);
    CHECK(web.partition == "blue");
    CHECK(schema::to_yaml(web.references) ==
          "rules:\n  - direction: ingress\n    protocol: tcp\n    ports: \"443\"\n    icmp: ~\n"
          "    remote: ~\n    group: lb\n    description: \"\"\n");
    CHECK((*document)[2].name == "lb");
    CHECK((*document)[2].partition == "blue");
    CHECK((*document)[3].kind == Kind::network_acl);
    CHECK((*document)[3].fields.find("rules")->get<schema::Value::List>()->size() == 1);
    CHECK(error_of("cloud:\n  groups: [{name: web, partition: blue, rules: [{protocol: tcp}]}]") ==
          "c.yaml:2:49: groups[0].rules[0]: 'direction' is missing");
    CHECK(error_of("cloud:\n  groups: [{name: a, partition: b, rules: [{direction: ingress, ports: 0}]}]") ==
          "c.yaml:2:72: groups[0].rules[0].ports: port 0 is no port");
    CHECK(error_of("cloud:\n  groups: [{name: web}]") == "c.yaml:2:12: groups[0]: 'partition' is missing");
}

TEST_CASE("[8.1/apply] a document that is empty of lists is no error") {
    CHECK(read("cloud: {}").value().empty());
    CHECK(read("cloud: {records: }").value().empty());
}

TEST_CASE("[1.12/apply] the form is checked as a whole, with line, column and what was expected") {
    CHECK(error_of("clout: {}") == "c.yaml:1:1: unknown key 'clout': expected cloud or lab");
    CHECK(error_of("lab: {}") == "c.yaml:1:1: 'cloud' is missing");
    CHECK(error_of("[]") == "c.yaml:1:1: expected a map with the key 'cloud', got a list");
    CHECK(error_of("cloud: 5") == "c.yaml:1:8: cloud: expected a map, got the integer 5");
    CHECK(
        error_of("cloud:\n  record: []") ==
        "c.yaml:2:3: cloud: unknown key 'record': expected partitions, groups, acls, route-tables, subnets, "
        "hosts, instances, pools, address-pools, records, scaling-rules or attachments");
    CHECK(error_of("cloud:\n  hosts: {name: h1}") == "c.yaml:2:10: hosts: expected a list, got a map");
    CHECK(error_of("cloud:\n  hosts: [h1]") == "c.yaml:2:11: hosts[0]: expected a map, got 'h1'");
    CHECK(error_of("cloud:\n  hosts:\n    - name: h1\n      rak: r1") ==
          "c.yaml:4:7: hosts[0]: unknown key 'rak': expected name, underlay, zone, rack, capabilities, "
          "underlay-mtu, tags or foreign");
    CHECK(
        error_of("cloud:\n  hosts:\n    - name: h1\n      underlay: [192.0.2.1, x]") ==
        "c.yaml:4:29: hosts[0].underlay[1]: 'x' is not an IP address: expected e.g. 10.1.2.3 or 2001:db8::1");
    CHECK(error_of("cloud:\n  hosts: [{zone: z1}]") == "c.yaml:2:11: hosts[0]: 'name' is missing");
    CHECK(error_of("cloud:\n  hosts: [{name: h1, session: lost}]") ==
          "c.yaml:2:22: hosts[0].session: is not for the client to set");
    CHECK(error_of("cloud:\n  instances: [{name: i1, host: 5}]") ==
          "c.yaml:2:32: instances[0].host: expected a string, got the integer 5 (put it in quotes)");
    CHECK(error_of("cloud:\n  subnets: [{name: web, cidr: 10.1.2.0/24}]") ==
          "c.yaml:2:13: subnets[0]: 'partition' is missing");
    CHECK(error_of("cloud:\n  partitions: [{name: b, subnets: [{name: s, partition: b}]}]") ==
          "c.yaml:2:46: partitions[0].subnets[0].partition: the subnet stands inside its partition");
    CHECK(error_of("cloud:\n  attachments: [{record: i1}]") ==
          "c.yaml:2:17: attachments[0]: 'instance' is missing");
    CHECK(error_of("cloud:\n  attachments: [{record: i1, instance: v1, devise: eth0}]") ==
          "c.yaml:2:44: attachments[0].devise: unknown key: expected record, instance, device, netns, host, "
          "vlan, delete-on-terminate, tags or rules");
}
