// SPDX-License-Identifier: Apache-2.0
// The document that `weft apply` reads: what should be there, by names. Its form is checked as a whole, with
// line and column, before anything is asked or changed.
//
//   cloud:
//     partitions:  [{name: blue, cidrs: [10.1.0.0/16], subnets: [{name: web, cidr: 10.1.2.0/24}]}]
//     groups:      [{partition: blue, name: web, rules: [{direction: ingress, protocol: tcp, ports: 443}]}]
//     acls:        [{partition: blue, name: front, rules: [{number: 1, direction: ingress, action: allow}]}]
//     route-tables: [{partition: blue, name: out, routes: [{prefix: 0.0.0.0/0, target: record, record: fw}]}]
//     subnets:     [{partition: blue, name: back, cidr: 10.1.3.0/24, acl: front}]
//     hosts:       [{name: h1, underlay: [192.0.2.1]}]
//     instances:   [{name: i1, host: h1, netns: weft-i1}]
//     records:     [{partition: blue, name: i1, subnet: web, security-groups: [web]}]
//     attachments: [{record: blue/i1, instance: i1, device: eth0, vlan: 10}]
//
// Objects take all the fields of their tables that a client may set; groups, ACLs, route tables and subnets
// may stand inside their partition. A top-level `lab` is packaging/lab's.
#pragma once

#include "weft/schema/value.h"

namespace weft::cli {

// One object that should be there.
struct Wanted {
    Kind kind{Kind::none};
    std::string name;          // attachments have none
    std::string partition;     // of what is inside one: as given, or empty
    schema::Value fields;      // canonical; without references
    schema::Value references;  // field -> name, list of names, or canonical maps with names in them, as given
    schema::Position position;
};

// Partitions, groups, ACLs, route tables, subnets, hosts, instances, records, attachments: in this order,
// each in the document's.
using Document = std::vector<Wanted>;

[[nodiscard]] Result<Document> read_document(const schema::Value& root);

}  // namespace weft::cli
