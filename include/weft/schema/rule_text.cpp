// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/rule_text.h"

#include <span>
#include <sstream>

namespace weft::schema {
namespace {

using Words = std::span<const std::string>;

constexpr std::string_view group_form =
    "DIRECTION PROTOCOL [PORTS|TYPE[/CODE]] from|to any|CIDR|group NAME, for example 'ingress tcp 443 from "
    "0.0.0.0/0', 'egress any to any', 'ingress icmp 8/0 from group web'";
constexpr std::string_view acl_form =
    "NUMBER allow|deny DIRECTION PROTOCOL [PORTS|TYPE[/CODE]] from|to any|CIDR, for example '100 deny "
    "ingress "
    "tcp 22 from 10.0.0.0/8'";
constexpr std::string_view route_form =
    "CIDR record NAME [weight N], CIDR partition NAME, CIDR blackhole or CIDR local, for example "
    "'0.0.0.0/0 record firewall'";

constexpr std::string_view public_address_form =
    "PRIVATE=PUBLIC, or PRIVATE alone for any public address, for example '10.1.2.30=203.0.113.30'";

std::vector<std::string> split(const std::string& text) {
    std::istringstream stream{text};
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

std::string text_at(const Value& map, std::string_view key) {
    const auto* value = map.find(key);
    const auto* text = value ? value->get<std::string>() : nullptr;
    return text ? *text : std::string{};
}

Error not_a_rule(const std::string& text, std::string_view form) {
    return invalid("", "'" + text + "' is not understood: expected " + std::string(form));
}

// From the direction on. False: this is no rule.
bool read_match(Words words, Value& map) {
    if (words.size() < 4) return false;
    map.set("direction", {words[0]});
    map.set("protocol", {words[1]});
    const bool selects = words[2] != "from" && words[2] != "to";
    if (selects) map.set(words[1].starts_with("icmp") ? "icmp" : "ports", {words[2]});
    words = words.subspan(selects ? 3 : 2);
    if (words.size() < 2 || words[0] != (text_at(map, "direction") == "egress" ? "to" : "from")) return false;
    if (words[1] == "group") {
        std::string name;
        for (const auto& word : words.subspan(2)) name += (name.empty() ? "" : " ") + word;
        map.set("group", {name});
        return !name.empty();
    }
    if (words[1] != "any") map.set("remote", {words[1]});
    return words.size() == 2;
}

std::string write_match(const Value& map) {
    const auto direction = text_at(map, "direction");
    std::string out = direction + ' ' + text_at(map, "protocol");
    for (const char* selects : {"ports", "icmp"})
        if (const auto text = text_at(map, selects); !text.empty()) out += ' ' + text;
    out += direction == "egress" ? " to " : " from ";
    const auto remote = text_at(map, "remote");
    if (const auto group = text_at(map, "group"); !group.empty()) return out + "group " + group;
    return out + (remote.empty() ? "any" : remote);
}

Result<Value> read_security_rule(const std::string& text) {
    Value map{Value::Map{}};
    if (!read_match(split(text), map)) return not_a_rule(text, group_form);
    return map;
}

Result<Value> read_acl_rule(const std::string& text) {
    Value map{Value::Map{}};
    const auto words = split(text);
    if (words.size() < 2 || words[0].size() > 9 ||
        words[0].find_first_not_of("0123456789") != std::string::npos)
        return not_a_rule(text, acl_form);
    map.set("number", {std::uint64_t{std::stoul(words[0])}});
    map.set("action", {words[1]});
    if (!read_match(Words{words}.subspan(2), map) || map.find("group")) return not_a_rule(text, acl_form);
    return map;
}

std::string write_acl_rule(const Value& map) {
    const auto* number = map.find("number");
    const auto* value = number ? number->get<std::uint64_t>() : nullptr;
    return std::to_string(value ? *value : 0) + ' ' + text_at(map, "action") + ' ' + write_match(map);
}

Result<Value> read_route(const std::string& text) {
    Value map{Value::Map{}};
    const auto words = split(text);
    const bool named = words.size() > 1 && (words[1] == "record" || words[1] == "partition");
    if (words.size() < 2 || named != (words.size() > 2)) return not_a_rule(text, route_form);
    map.set("prefix", {words[0]});
    map.set("target", {words[1]});
    auto rest = Words{words}.subspan(2);
    // Names may have spaces: only the last two words can be a weight.
    if (words[1] == "record" && rest.size() > 2 && rest[rest.size() - 2] == "weight") {
        const auto& digits = rest.back();
        if (digits.size() > 4 || digits.find_first_not_of("0123456789") != std::string::npos)
            return not_a_rule(text, route_form);
        map.set("weight", {std::uint64_t{std::stoul(digits)}});
        rest = rest.first(rest.size() - 2);
    }
    std::string name;
    for (const auto& word : rest) name += (name.empty() ? "" : " ") + word;
    if (named) map.set(words[1], {name});
    return map;
}

std::string write_route(const Value& map) {
    auto out = text_at(map, "prefix") + ' ' + text_at(map, "target");
    for (const auto* key : {"record", "partition"})
        if (const auto name = text_at(map, key); !name.empty()) out += ' ' + name;
    const auto* number = map.find("weight");
    const auto* weight = number ? number->get<std::uint64_t>() : nullptr;
    return weight && *weight != 1 ? out + " weight " + std::to_string(*weight) : out;
}

Result<Value> read_public_address(const std::string& text) {
    Value map{Value::Map{}};
    const auto equals = text.find('=');
    map.set("private", {text.substr(0, equals)});
    if (equals == std::string::npos) return map;
    if (equals == 0 || equals + 1 == text.size()) return not_a_rule(text, public_address_form);
    map.set("public", {text.substr(equals + 1)});
    return map;
}

std::string write_public_address(const Value& map) {
    return text_at(map, "private") + '=' + text_at(map, "public");
}

std::string write_address_subnet(const Value& map) {
    return text_at(map, "address") + " in " + text_at(map, "subnet");
}

}  // namespace

const TextForm security_rule_text{group_form, read_security_rule, write_match};
const TextForm public_address_text{public_address_form, read_public_address, write_public_address};
const TextForm address_subnet_text{"ADDRESS in SUBNET", nullptr, write_address_subnet};
const TextForm route_text{route_form, read_route, write_route};
const TextForm acl_rule_text{acl_form, read_acl_rule, write_acl_rule};

}  // namespace weft::schema
