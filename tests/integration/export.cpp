// SPDX-License-Identifier: Apache-2.0
// The export of a cloud that uses every kind and sets every field, applied to an empty coordinator. What is
// set follows from the field tables, so a field that is added and forgotten fails here.
#include "command_line.h"
#include "coordinator/cli/apply/execute.h"
#include "coordinator/cli/names.h"
#include "coordinator/cli/references.h"
#include "weft/schema/description.h"
#include "weft/schema/yaml.h"
#include "weft/wire/object.h"

using namespace weft;
using namespace weft::test;
using schema::FieldDescription;
using schema::Shape;
using schema::Value;

namespace {

// The one object of each kind that has every field, what it needs besides, and values that must fit others.
// One partition is left as it is made.
constexpr const char* skeleton = R"(cloud:
  hosts:
    - {name: full, underlay: [192.0.2.1, "2001:db8::1"], foreign: true, capabilities: [vxlan/1], underlay-mtu: 1500, zone: z1}
    - {name: plain, underlay: [192.0.2.2], zone: z1}
  partitions:
    - name: full
      gni: 77
      cidrs: [10.1.0.0/16, "2001:db8:10::/48"]
      dns: 10.1.2.53
      owner: ann
      dedicated-hosts: [plain, full]
      peers: [plain]
      subnets:
        - {name: full, cidr: 10.1.2.0/24, cidr6: "2001:db8:10:2::/64", zone: z1, acl: full, route-table: full}
        - {name: plain, cidr: 10.1.3.0/24}
        - {name: side, cidr: 10.1.4.0/24, zone: z1}
      groups:
        - {name: full, rules: [{direction: ingress, protocol: tcp, ports: 80-90, group: plain, description: x}, {direction: egress, protocol: icmp, icmp: 8/0, remote: 10.0.0.0/8}]}
        - {name: plain, rules: [{direction: ingress, group: full}]}
        - {name: default, rules: []}
      acls:
        - {name: full, rules: [{number: 7, direction: egress, action: deny, protocol: udp, ports: 53, remote: 10.0.0.0/8}, {number: 8, direction: ingress, action: allow, protocol: icmp, icmp: 8}]}
      route-tables:
        - {name: full, routes: [{prefix: 0.0.0.0/0, target: record, record: plain, weight: 3}, {prefix: 10.9.0.0/16, target: partition, partition: plain}]}
        - {name: main, routes: [{prefix: 192.0.2.0/24, target: blackhole}]}
      pools: [{name: full}]
      address-pools: [{name: full, ranges: [10.1.2.128/26]}]
    - {name: plain, cidrs: [10.9.0.0/16], owner: ann, peers: [full], subnets: [{name: plain, cidr: 10.9.1.0/24}]}
  address-pools: [{name: outside, ranges: [203.0.113.0/28]}]
  instances:
    - {name: full, owner: ann, host: plain, state: stopped, netns: full, hosts: [full], bare: false, driver: "", parameters: {}}
    - {name: plain, owner: ann}
    - {name: driven, owner: ann, host: plain, netns: driven, driver: netns, parameters: {command: sleep}}
    - {name: metal, owner: ann, host: full, bare: true}
  records:
    - {name: full, subnet: full/full, subnets: [full/side], addresses: [10.1.2.30, 10.1.2.31, "2001:db8:10:2::30", 10.1.4.30], mac: "02:00:00:00:00:31", dns: 10.1.2.54, security-groups: [plain, full], routes: [{prefix: 198.51.100.0/24, target: record, record: plain}], pool: full, address-pool: full, vlan: 20, source-dest-check: true, exclusive: false, status: in-repair, prefixes: [], public-addresses: []}
    - {name: tall, subnet: full/full, addresses: [10.1.2.35], prefixes: [10.1.2.64/28], public-addresses: [{private: 10.1.2.35, public: 203.0.113.5}], standbys: [plain, full]}
    - {name: plain, subnet: full/plain, addresses: [10.1.3.30], mac: "02:00:00:00:00:32", delete-on-terminate: true, source-dest-check: false}
    - {name: lone, subnet: plain/plain}
  scaling-rules:
    - {name: full, owner: ann, driver: netns, subnet: full/full, security-groups: [full/full, full/plain], hosts: [plain]}
    - {name: pooled, owner: ann, driver: qemu, pool: full/full}
  attachments:
    - {record: full/full, instance: full, device: eth7, vlan: 30, rules: [{direction: ingress, protocol: tcp, ports: 443}]}
    - {record: full/full, instance: plain, device: eth8}
    - {record: full/plain, instance: full, device: eth9, delete-on-terminate: false}
)";

constexpr std::array sections{
    std::pair{"partitions", Kind::partition},
    std::pair{"hosts", Kind::host},
    std::pair{"instances", Kind::instance},
    std::pair{"records", Kind::record},
    std::pair{"groups", Kind::security_group},
    std::pair{"acls", Kind::network_acl},
    std::pair{"route-tables", Kind::route_table},
    std::pair{"subnets", Kind::subnet},
    std::pair{"pools", Kind::pool},
    std::pair{"address-pools", Kind::address_pool},
    std::pair{"scaling-rules", Kind::scaling_rule},
    std::pair{"attachments", Kind::attachment},
};

// A value that the field takes and that no object has by itself: the first of these that its type reads.
std::optional<Value> other_value(Kind kind, const FieldDescription& field, const Value& plain) {
    std::vector<Value> candidates;
    for (const auto choice : field.choices) candidates.insert(candidates.begin(), {std::string(choice)});
    const std::string text = "a " + std::string(field.name);
    switch (field.shape) {
        case Shape::boolean: candidates.push_back({!*plain.get<bool>()}); break;
        case Shape::integer:
            candidates.push_back({std::min<std::uint64_t>(field.max, field.min + 21)});
            break;
        case Shape::tags: {
            Value tags{Value::Map{}};
            tags.set("of", {text});
            candidates.push_back(tags);
            break;
        }
        default:
            for (const auto* one :
                 {"group:full", "full", "10.1.2.40", "10.1.2.192/27", "02:00:00:00:00:77"}) {
                candidates.push_back({std::string(one)});
                candidates.push_back({Value::List{{std::string(one)}}});
            }
            if (field.shape == Shape::text && field.refers == Kind::none)
                candidates.insert(candidates.begin() + static_cast<std::ptrdiff_t>(field.choices.size()),
                                  {text});
    }
    for (const auto& candidate : candidates) {
        Value map{Value::Map{}};
        map.set(std::string(field.name), candidate);
        const auto read = wire::canonical(kind, map, "");
        if (read && !(*read->find(field.name) == plain)) return candidate;
    }
    return std::nullopt;
}

bool by_hand(const FieldDescription& field) { return cli::has_references(field); }

// Gives objects called `full`, and the first attachment, what the skeleton does not.
void fill(Value& list, Kind kind) {
    for (auto& item : std::get<Value::List>(list.data)) {
        const bool first = kind == Kind::attachment && &item == &std::get<Value::List>(list.data).front();
        if (cli::text_of(item, "name") != "full" && !first) continue;
        const auto defaults = wire::object_value(kind, {}).value();
        for (const auto& field : schema::fields_of(kind)) {
            if (!field.client_may_set() || item.find(field.name) || by_hand(field)) continue;
            const auto value = other_value(kind, field, *defaults.find(field.name));
            REQUIRE_MESSAGE(value, "set ", std::string(schema::to_string(kind)), " ", std::string(field.name),
                            " in the skeleton: no value is known that fits");
            item.set(std::string(field.name), *value);
        }
    }
}

cli::Present present_of(CommandLine& cloud) {
    auto client = cloud.client();
    return cli::read_present(client).value();
}

std::string full_cloud() {
    auto root = schema::parse_yaml(skeleton, "skeleton").value();
    auto& cloud = std::get<Value::Map>(root.data).front().value;
    for (auto& [name, list, at] : std::get<Value::Map>(cloud.data))
        for (const auto& [section, kind] : sections) {
            if (name != section) continue;
            fill(list, kind);
            if (kind != Kind::partition) continue;
            for (auto& partition : std::get<Value::List>(list.data))
                for (auto& [inner, objects, where] : std::get<Value::Map>(partition.data))
                    for (const auto& [inside, inside_kind] : sections)
                        if (inner == inside) fill(objects, inside_kind);
        }
    return schema::to_yaml(root);
}

}  // namespace

TEST_CASE("[8.1/export] every kind and every field, applied to an empty coordinator, gives the same cloud") {
    CommandLine first;
    const auto document = full_cloud();
    const auto made = first.with("apply", document);
    REQUIRE_MESSAGE(made.code == 0, made.err, document);
    const auto left = first.with("diff", document);
    CHECK_MESSAGE(left.code == 0, left.out);

    // Each field that a client may set differs from its default somewhere.
    const auto present = present_of(first);
    for (const auto& section : sections) {
        const auto kind = section.second;
        const auto defaults = wire::object_value(kind, {}).value();
        for (const auto& field : schema::fields_of(kind)) {
            if (!field.client_may_set()) continue;
            const bool set = std::ranges::any_of(present.at(kind), [&](const Value& object) {
                return !(*object.find(field.name) == *defaults.find(field.name));
            });
            CHECK_MESSAGE(set, section.first, ": set ", std::string(field.name), " in the skeleton");
        }
    }

    const auto exported = first.run({"export"});
    REQUIRE_MESSAGE(exported.code == 0, exported.err);
    CommandLine second;
    const auto applied = second.with("apply", exported.out);
    REQUIRE_MESSAGE(applied.code == 0, applied.err, exported.out);
    CHECK(second.run({"export"}).out == exported.out);
    CHECK(second.with("diff", exported.out).out.empty());
    CHECK(first.with("diff", exported.out).out.empty());
    const auto again = present_of(second);
    for (const auto& [kind, objects] : present) CHECK(again.at(kind).size() == objects.size());
}

TEST_CASE("[8.1/export] names that two owners use are told, not written as if they were one") {
    CommandLine cloud;
    REQUIRE(cloud.run({"instance", "create", "web", "--owner", "ann"}).code == 0);
    REQUIRE(cloud.run({"instance", "create", "web", "--owner", "bob"}).code == 0);
    const auto exported = cloud.run({"export"});
    CHECK(exported.code == 4);
    CHECK(exported.out.empty());
    CHECK(exported.err.find("instance web is there for ") != std::string::npos);
}
