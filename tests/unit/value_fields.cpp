// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/value.h"

#include <doctest/doctest.h>

#include "weft/schema/objects.h"

using namespace weft;
using schema::Value;

namespace {

std::string error_of(const Value& map, unsigned refused = schema::server | schema::derived) {
    schema::Record record;
    const auto mask = schema::patch_from_value(map, "", record, refused);
    return mask ? std::string{} : mask.error().message();
}

Value one(const char* key, Value value) {
    Value map;
    map.set(key, std::move(value));
    return map;
}

Value text(const char* value) { return {std::string(value)}; }

}  // namespace

TEST_CASE("[1.4/patch] a patch sets the fields that it names and says which") {
    Value map;
    map.set("description", text("web"));
    map.set("source-dest-check", {false});
    map.set("addresses", {Value::List{text("10.1.2.30"), text("2001:DB8::1")}});
    map.set("mac", {});
    schema::Record record;
    record.name = "i1";
    record.mac = Mac::local(1);
    const auto mask = schema::patch_from_value(map, "", record);
    REQUIRE(mask.has_value());
    CHECK(*mask == ((1U << 2) | (1U << 6) | (1U << 7) | (1U << 11)));  // lines 3, 7, 8 and 12 of the table
    CHECK(record.name == "i1");
    CHECK(record.description == "web");
    CHECK_FALSE(record.source_dest_check);
    CHECK(to_string(record.addresses.at(1)) == "2001:db8::1");
    CHECK(record.mac == Mac{});
}

TEST_CASE("[1.12/field] each error names the field and the rule") {
    CHECK(error_of(one("status", text("broken"))) ==
          "invalid: status: expected available, disabled or in-repair, got 'broken'");
    CHECK(error_of(one("addresses", {Value::List{text("10.1.2.30"), text("10.1.2")}})) ==
          "invalid: addresses[1]: '10.1.2' is not an IP address: expected e.g. 10.1.2.3 or 2001:db8::1");
    CHECK(error_of(one("source-dest-check", text("no"))) ==
          "invalid: source-dest-check: expected true or false, got 'no'");
    CHECK(error_of(one("mac", {std::uint64_t{5}})) ==
          "invalid: mac: expected a MAC address, got the integer 5");
    CHECK(error_of(one("subnet", text("web"))) ==
          "invalid: subnet: 'web' is not an id: expected KIND-17 hex digits");
    CHECK(error_of(one("hosts", {Value::List{}})) == "invalid: hosts: is not for the client to set");
    CHECK(error_of(one("colour", text("blue"))).find("unknown key 'colour': expected name, description") !=
          std::string::npos);
    CHECK(error_of(one("description", text(std::string(1025, 'x').c_str()))) ==
          "invalid: description: size 1025 is outside 0..1024");
    CHECK(error_of(text("x")).find("expected a map, got 'x'") != std::string::npos);
    CHECK(error_of(one("create-time", text("yesterday")), 0).find("expected a time") != std::string::npos);
}

TEST_CASE(
    "[1.12/field] a whole object needs its required fields, and a failure leaves the target as it was") {
    schema::Host host;
    host.zone = "z9";
    CHECK_FALSE(schema::from_value(one("name", text("h1")), "host", host).has_value());
    CHECK(host.zone == "z9");
    Value map = one("name", text("h1"));
    map.set("underlay", {Value::List{text("192.0.2.1")}});
    REQUIRE(schema::from_value(map, "host", host).has_value());
    CHECK(host.zone.empty());
    CHECK(host.name == "h1");
}
