// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "weft/schema/json.h"
#include "weft/schema/objects.h"

using namespace weft;
using schema::Value;

TEST_CASE(
    "[8.1/json] an object is a map in the order of its table, ids and addresses as text, times RFC 3339") {
    schema::Subnet subnet;
    subnet.id = Id{Kind::subnet, 0xa59};
    subnet.name = "we\"b\n";
    subnet.cidr = Prefix::parse("10.1.2.0/24").value();
    subnet.tags = {{"a", "b"}};
    subnet.generation = 18446744073709551615ULL;
    subnet.create_time = 1769860800000001;
    CHECK(
        schema::to_json(schema::to_value(subnet)) ==
        R"({"id":"sub-00000000000000a59","name":"we\"b\n","partition":null,"cidr":"10.1.2.0/24","cidr6":null,"zone":"",)"
        R"("router":null,"router6":null,"router-mac":null,"tags":{"a":"b"},"generation":18446744073709551615,)"
        R"("create-time":"2026-01-31T12:00:00.000001Z","acl":null,"route-table":null})");
}

TEST_CASE("[8.1/json] pretty lines are indented by two") {
    Value map;
    map.set("a", {Value::List{{std::string("x")}, {true}}});
    map.set("b", {Value::List{}});
    map.set("c", {Value::Map{}});
    CHECK(schema::to_pretty_json(map) ==
          "{\n  \"a\": [\n    \"x\",\n    true\n  ],\n  \"b\": [],\n  \"c\": {}\n}\n");
}

TEST_CASE("[1.12/json] what is no JSON, or has numbers that no field has, is refused with its place") {
    const auto error = [](const char* text) {
        const auto value = schema::parse_json(text, "body");
        return value ? std::string{} : value.error().field + ": " + value.error().text;
    };
    CHECK(error("{\"a\": [1, null, false, \"x\"]}").empty());
    CHECK(error("{\"a\": 1.5}") == "body:1:10: expected an integer below 2^64, got 1.5");
    CHECK(error("{\"a\": -1}") == "body:1:9: negative numbers are not used: -1");
    CHECK(error("[18446744073709551615]").empty());
    CHECK(error("[18446744073709551616]")
              .ends_with("expected an integer below 2^64, got 18446744073709551616"));
    CHECK(error("{\"a\": 1}\n x") == "body:2:2: text behind the JSON value");
    CHECK(error("{\"a\":\n 1") == "body:2:3: the JSON value is incomplete");
    CHECK(error("").starts_with("body:1:1: "));
    CHECK(error("{\"a\":\n x}").starts_with("body:2:2: not JSON: "));
    std::string deep(100, '[');
    CHECK_FALSE(schema::parse_json(deep + std::string(100, ']'), "body").has_value());
}

TEST_CASE("[1.12/json] a key given twice in one object is refused with its place") {
    const auto error = [](const std::string& text) {
        const auto value = schema::parse_json(text, "body");
        return value ? std::string{} : value.error().message();
    };
    CHECK(error(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})").empty());
    CHECK(error("{\"a\": 1,\n  \"b\": 2,\n  \"a\": 3}") == "invalid: body:3:5: key 'a' is given twice");
    CHECK(error("[{}, {\"b\\u0061\": [1], \"ba\": 3}]").ends_with("key 'ba' is given twice"));
    CHECK(error(R"({"": 1, "": 2})").ends_with("key '' is given twice"));
}

TEST_CASE("[8.1/json] what is written is read again, keys and strings with escapes and whatever length") {
    Value map;
    map.set("k\"\\\n\x01", {std::string(5000, 'x') + "\xc3\xa9"});
    map.set(std::string(5000, 'k'),
            {Value::List{{true}, {}, {std::uint64_t{0}}, {Value::Map{}}, {Value::List{}}}});
    CHECK(schema::parse_json(schema::to_json(map), "body").value() == map);
    CHECK(schema::parse_json(schema::to_pretty_json(map), "body").value() == map);
}
