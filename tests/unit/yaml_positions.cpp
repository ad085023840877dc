// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "weft/schema/objects.h"
#include "weft/schema/yaml.h"

using namespace weft;
using schema::Value;

namespace {

// The message of the error that reading `text` as a partition's settable fields gives; empty for none.
std::string error_of(const std::string& text) {
    const auto tree = schema::parse_yaml(text, "p.yaml");
    if (!tree) return tree.error().field + ": " + tree.error().text;
    schema::Partition partition;
    const auto mask = schema::patch_from_value(*tree, "", partition, schema::server | schema::derived);
    return mask ? std::string{} : mask.error().field + ": " + mask.error().text;
}

}  // namespace

TEST_CASE("[1.12/yaml] unknown keys and wrong types are reported with line, column and what was expected") {
    CHECK(error_of("name: blue\ncidrs: [10.1.0.0/16]\ndns: 10.1.0.2\n").empty());
    CHECK(error_of("name: blue\nnmae: red\n") ==
          "p.yaml:2:1: unknown key 'nmae': expected name, description, gni, cidrs, dns, owner, "
          "dedicated-hosts, tags, peers, unreachable or require-record");
    CHECK(error_of("name: 5\n") ==
          "p.yaml:1:7: name: expected a string, got the integer 5 (put it in quotes)");
    CHECK(error_of("cidrs: 10.1.0.0/16\n") == "p.yaml:1:8: cidrs: expected a list, got '10.1.0.0/16'");
    CHECK(error_of("cidrs:\n  - 10.1.0.0/16\n  - 10.1.0.1/16\n") ==
          "p.yaml:3:5: cidrs[1]: 10.1.0.1/16 has host bits set");
    CHECK(error_of("gni: many\n") == "p.yaml:1:6: gni: expected an integer of 0..4294967295, got 'many'");
    CHECK(error_of("gni: 16777216\n") == "p.yaml:1:6: gni: value 16777216 is outside 0..16777215");
    CHECK(error_of("gni: -1\n") == "p.yaml:1:6: gni: expected an integer of 0..4294967295, got '-1'");
    CHECK(error_of("tags: {a: [b]}\n") == "p.yaml:1:11: tags.a: expected a string, got a list");
    CHECK(error_of("id: part-015111b1dad164ab9\n") == "p.yaml:1:1: id: is not for the client to set");
    CHECK(error_of("- name: blue\n") == "p.yaml:1:1: expected a map, got a list");
}

TEST_CASE("[1.12/yaml] what is no YAML, or more than one document, names the place") {
    CHECK(error_of("name: blue\nname: red\n") == "p.yaml:2:1: key 'name' is given twice");
    CHECK(error_of("name: [blue\n").starts_with("p.yaml:"));
    CHECK(error_of("name: blue\n\tgni: 5\n").starts_with("p.yaml:2:1: not YAML: "));
    CHECK(error_of("name: blue\n---\nname: red\n") == "p.yaml:3:1: expected one document, got several");
    CHECK(error_of(",Ac") != "");  // a library call for all documents never ends on it
    CHECK(error_of("? [a]\n: b\n") == "p.yaml:1:3: expected a key that is a string");
    CHECK(error_of("name: 99999999999999999999\n") ==
          "p.yaml:1:7: expected an integer below 2^64, got 99999999999999999999");
    CHECK(error_of(std::string(40, '[') + std::string(40, ']')) == "p.yaml:1:34: nested deeper than 32");
}

TEST_CASE("[8.1/yaml] plain scalars are what they look like, quoted ones are strings") {
    const auto tree =
        schema::parse_yaml("{a: 5, b: \"5\", c: true, d: 'true', e: ~, f: 007, g: 1.5, h: 10.1.2.3}", "t");
    REQUIRE(tree.has_value());
    CHECK(*tree->find("a") == Value{std::uint64_t{5}});
    CHECK(*tree->find("b") == Value{std::string("5")});
    CHECK(*tree->find("c") == Value{true});
    CHECK(*tree->find("d") == Value{std::string("true")});
    CHECK(tree->find("e")->is_null());
    CHECK(*tree->find("f") == Value{std::string("007")});
    CHECK(*tree->find("g") == Value{std::string("1.5")});
    CHECK(*tree->find("h") == Value{std::string("10.1.2.3")});
    CHECK(tree->find("h")->position.column == 61);
    CHECK(schema::parse_yaml("", "t").value().is_null());
}

TEST_CASE("[8.1/yaml] strings that would read as something else are written in quotes") {
    Value map;
    for (const char* text : {"5", "true", "no", "~", "", "1.5", "0x1f", "12:30:45", "plain", "10.1.2.3"})
        map.set(std::string("k") + text, {std::string(text)});
    CHECK(schema::to_yaml(map) ==
          "k5: \"5\"\nktrue: \"true\"\nkno: \"no\"\nk~: \"~\"\nk: \"\"\nk1.5: \"1.5\"\nk0x1f: \"0x1f\"\n"
          "k12:30:45: \"12:30:45\"\nkplain: plain\nk10.1.2.3: 10.1.2.3\n");
    CHECK(!schema::read_yaml("/nonexistent/file.yaml").has_value());
}

TEST_CASE("[8.1/yaml] strings with control characters are read back as they were") {
    for (const char* text : {"\r", "a\rb", "a\nb", "\t", "\x01", "\x7f"}) {
        const std::string written = schema::to_yaml(Value{std::string(text)});
        CAPTURE(written);
        const auto again = schema::parse_yaml(written, "t").value();
        REQUIRE(again.get<std::string>() != nullptr);
        CHECK(*again.get<std::string>() == text);
    }
}
