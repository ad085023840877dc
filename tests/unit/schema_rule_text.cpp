// SPDX-License-Identifier: Apache-2.0
// Rules in one line: what is typed is what is shown.
#include "weft/schema/rule_text.h"

#include <doctest/doctest.h>

#include "weft/schema/json.h"
#include "weft/schema/objects.h"

using namespace weft;
using schema::acl_rule_text;
using schema::route_text;
using schema::security_rule_text;

namespace {

std::string json_of(const schema::TextForm& form, const std::string& text) {
    const auto map = form.read(text);
    return map ? schema::to_json(*map) : map.error().text;
}

}  // namespace

TEST_CASE("[4.1/text] a group's rule in one line") {
    CHECK(json_of(security_rule_text, "ingress tcp 443 from 0.0.0.0/0") ==
          R"({"direction":"ingress","protocol":"tcp","ports":"443","remote":"0.0.0.0/0"})");
    CHECK(json_of(security_rule_text, "egress any to any") == R"({"direction":"egress","protocol":"any"})");
    CHECK(json_of(security_rule_text, "ingress icmp 8/0 from group web") ==
          R"({"direction":"ingress","protocol":"icmp","icmp":"8/0","group":"web"})");
    CHECK(json_of(security_rule_text, " egress  icmp6 128 to 2001:db8::/32 ") ==
          R"({"direction":"egress","protocol":"icmp6","icmp":"128","remote":"2001:db8::/32"})");
    CHECK(json_of(security_rule_text, "ingress gre from group blue/the web") ==
          R"({"direction":"ingress","protocol":"gre","group":"blue/the web"})");
    for (const char* bad : {"", "ingress", "ingress tcp 443", "ingress tcp 443 any", "ingress tcp 443 to any",
                            "egress any from any", "ingress any from", "ingress any from group",
                            "ingress tcp 443 from any more", "ingress tcp 443 8443 from any"})
        CHECK_MESSAGE(!security_rule_text.read(bad).has_value(), bad);
}

TEST_CASE("[4.2/text] an ACL's rule in one line") {
    CHECK(json_of(acl_rule_text, "100 deny ingress tcp 22 from 10.0.0.0/8") ==
          R"({"number":100,"action":"deny","direction":"ingress","protocol":"tcp","ports":"22",)"
          R"("remote":"10.0.0.0/8"})");
    for (const char* bad : {"", "100", "deny ingress any from any", "-1 allow ingress any from any",
                            "1 allow ingress any from group web", "9999999999 allow ingress any from any"})
        CHECK_MESSAGE(!acl_rule_text.read(bad).has_value(), bad);
}

TEST_CASE("[5.4/text] a route in one line, and back") {
    CHECK(json_of(route_text, "0.0.0.0/0 record the firewall weight 2") ==
          R"({"prefix":"0.0.0.0/0","target":"record","weight":2,"record":"the firewall"})");
    CHECK(json_of(route_text, "10.2.0.0/16 partition green") ==
          R"({"prefix":"10.2.0.0/16","target":"partition","partition":"green"})");
    for (const char* text :
         {"0.0.0.0/0 record fw", "0.0.0.0/0 record fw weight 16", "10.2.0.0/16 partition bob/green",
          "192.0.2.0/24 blackhole", "10.1.2.0/24 local", "::/0 record weight"})
        CHECK(route_text.write(route_text.read(text).value()) == text);
    for (const char* bad :
         {"", "0.0.0.0/0", "0.0.0.0/0 record", "0.0.0.0/0 partition", "0.0.0.0/0 blackhole fw",
          "0.0.0.0/0 record fw weight two", "0.0.0.0/0 record fw weight 99999"})
        CHECK_MESSAGE(!route_text.read(bad).has_value(), bad);
}

TEST_CASE("[4.1/text] what is read reads the same after being written") {
    for (const char* text : {"ingress tcp 443 from 0.0.0.0/0", "egress any to any",
                             "ingress icmp 8/0 from group web", "egress udp 53 to 10.0.0.0/8",
                             "egress sctp 1-65535 to group a b", "ingress vrrp from 2001:db8::/32"})
        CHECK(security_rule_text.write(security_rule_text.read(text).value()) == text);
    for (const char* text : {"100 deny ingress tcp 22 from 10.0.0.0/8", "1 allow egress any to any"})
        CHECK(acl_rule_text.write(acl_rule_text.read(text).value()) == text);
    // A whole rule as an answer shows it, unset fields as null.
    schema::SecurityRule rule;
    rule.protocol = schema::Protocol::udp;
    rule.ports = {53, 53};
    rule.description = "DNS";
    CHECK(security_rule_text.write(schema::to_value(rule)) == "ingress udp 53 from any");
}
