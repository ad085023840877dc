// SPDX-License-Identifier: Apache-2.0
// Rules in one line, as typed and shown at the command line:
//
//   group  DIRECTION PROTOCOL [PORTS|TYPE[/CODE]] from|to any|CIDR|group NAME
//          ingress tcp 443 from 0.0.0.0/0        egress any to any        ingress icmp 8/0 from group web
//   ACL    NUMBER allow|deny, then the same without groups
//          100 deny ingress tcp 22 from 10.0.0.0/8
//   route  CIDR record NAME [weight N]|partition NAME|blackhole|local
//          0.0.0.0/0 record firewall weight 2    10.2.0.0/16 partition green    192.0.2.0/24 blackhole
//   public PRIVATE[=PUBLIC]
//          10.1.2.30=203.0.113.30                10.1.2.31
//   address ADDRESS in SUBNET, only shown
#pragma once

#include "weft/schema/value.h"

namespace weft::schema {

// `from` goes with ingress, `to` with egress.
struct TextForm {
    std::string_view form;
    // The map of its fields; what a word means is checked when the map is read. Null: it is never typed.
    Result<Value> (*read)(const std::string& text);
    // Of a whole map; the description is left out.
    std::string (*write)(const Value& map);
};

extern const TextForm security_rule_text;
extern const TextForm acl_rule_text;
extern const TextForm route_text;
extern const TextForm public_address_text;
extern const TextForm address_subnet_text;

}  // namespace weft::schema
