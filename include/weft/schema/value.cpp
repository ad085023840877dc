// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/value.h"

#include <cstdio>
#include <ctime>

#include "weft/base/clock.h"

namespace weft::schema {
namespace {

template <class V>
Value text_or_null(const V& value) {
    return value ? Value{to_string(value)} : Value{};
}

// A string parsed by `parse`; null and the empty string are the unset value.
template <class V, class Parse>
Outcome parsed(const Value& value, const std::string& path, std::string_view what, V& out, Parse parse) {
    const auto* text = value.get<std::string>();
    if (value.is_null() || (text && text->empty())) {
        out = {};
        return {};
    }
    if (!text)
        return wrong(value.position, path, "expected " + std::string(what) + ", got " + describe(value));
    Result<V> result = parse(*text);
    if (!result) return wrong(value.position, path, result.error().text);
    out = *result;
    return {};
}

// The same where an integer stands for its decimal text.
template <class V, class Parse>
Outcome parsed_number(const Value& value, const std::string& path, std::string_view what, V& out,
                      Parse parse) {
    const auto* number = value.get<std::uint64_t>();
    return parsed(number ? Value{std::to_string(*number), value.position} : value, path, what, out, parse);
}

std::uint64_t parse_time(const std::string& text) {
    std::tm time{};
    unsigned fraction = 0;
    int end = 0;
    const auto whole = [&] { return end > 0 && static_cast<std::size_t>(end) == text.size(); };
    std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%6uZ%n", &time.tm_year, &time.tm_mon, &time.tm_mday,
                &time.tm_hour, &time.tm_min, &time.tm_sec, &fraction, &end);
    if (!whole()) {  // without a fraction
        fraction = 0;
        std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &time.tm_year, &time.tm_mon, &time.tm_mday,
                    &time.tm_hour, &time.tm_min, &time.tm_sec, &end);
    }
    if (!whole()) return 0;
    time.tm_year -= 1900;
    time.tm_mon -= 1;
    return static_cast<std::uint64_t>(timegm(&time)) * 1'000'000 + fraction;
}

}  // namespace

std::string to_string(const Position& position) {
    return (position.file ? *position.file : "input") + ':' + std::to_string(position.line) + ':' +
           std::to_string(position.column);
}

const Value* Value::find(std::string_view key) const noexcept {
    if (const auto* map = get<Map>())
        for (const auto& entry : *map)
            if (entry.key == key) return &entry.value;
    return nullptr;
}

void Value::set(std::string key, Value value) {
    if (is_null()) data = Map{};
    auto& map = std::get<Map>(data);
    for (auto& entry : map)
        if (entry.key == key) {
            entry.value = std::move(value);
            return;
        }
    map.push_back({std::move(key), std::move(value), {}});
}

bool operator==(const Value& a, const Value& b) {
    if (a.data.index() != b.data.index()) return false;
    if (const auto* map = a.get<Value::Map>()) {
        const auto& other = std::get<Value::Map>(b.data);
        if (map->size() != other.size()) return false;
        for (std::size_t i = 0; i < map->size(); ++i)
            if ((*map)[i].key != other[i].key || !((*map)[i].value == other[i].value)) return false;
        return true;
    }
    if (const auto* list = a.get<Value::List>()) return *list == std::get<Value::List>(b.data);
    if (const auto* text = a.get<std::string>()) return *text == std::get<std::string>(b.data);
    if (const auto* number = a.get<std::uint64_t>()) return *number == std::get<std::uint64_t>(b.data);
    if (const auto* flag = a.get<bool>()) return *flag == std::get<bool>(b.data);
    return true;
}

std::string describe(const Value& value) {
    if (const auto* flag = value.get<bool>()) return *flag ? "true" : "false";
    if (const auto* number = value.get<std::uint64_t>()) return "the integer " + std::to_string(*number);
    if (const auto* text = value.get<std::string>()) return "'" + *text + "'";
    if (value.get<Value::List>()) return "a list";
    if (value.get<Value::Map>()) return "a map";
    return "nothing";
}

Error wrong(const Position& position, const std::string& path, const std::string& text) {
    if (!position) return invalid(path, text);
    return invalid(to_string(position), path.empty() ? text : path + ": " + text);
}

std::string one_of(const std::vector<std::string_view>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
        out += words[i];
    }
    return out;
}

Value to_value(bool value) { return {value}; }
Value to_value(const std::string& value) { return {value}; }
Value to_value(const Id& value) { return text_or_null(value); }
Value to_value(const Address& value) { return text_or_null(value); }
Value to_value(const Prefix& value) { return text_or_null(value); }
Value to_value(const Mac& value) { return text_or_null(value); }
Value to_value(const PortRange& value) { return text_or_null(value); }
Value to_value(const Icmp& value) { return text_or_null(value); }

Value to_value(const Tags& value) {
    Value::Map map;
    for (const auto& [key, text] : value) map.push_back({key, Value{text}, {}});
    return {std::move(map)};
}

Value time_value(std::uint64_t unix_us) { return unix_us == 0 ? Value{} : Value{format_time(unix_us)}; }

Outcome from_value(const Value& value, const std::string& path, bool& out) {
    const auto* flag = value.get<bool>();
    if (!flag) return wrong(value.position, path, "expected true or false, got " + describe(value));
    out = *flag;
    return {};
}

Outcome from_value(const Value& value, const std::string& path, std::string& out) {
    const auto* text = value.get<std::string>();
    if (!text) {
        const bool plain = value.get<bool>() != nullptr || value.get<std::uint64_t>() != nullptr;
        return wrong(value.position, path,
                     "expected a string, got " + describe(value) + (plain ? " (put it in quotes)" : ""));
    }
    out = *text;
    return {};
}

Outcome from_value(const Value& value, const std::string& path, Id& out) {
    return parsed(value, path, "an id", out, parse_id);
}
Outcome from_value(const Value& value, const std::string& path, Address& out) {
    return parsed(value, path, "an IP address", out, Address::parse);
}
Outcome from_value(const Value& value, const std::string& path, Prefix& out) {
    return parsed(value, path, "a CIDR", out, Prefix::parse);
}
Outcome from_value(const Value& value, const std::string& path, Mac& out) {
    return parsed(value, path, "a MAC address", out, Mac::parse);
}
Outcome from_value(const Value& value, const std::string& path, PortRange& out) {
    return parsed_number(value, path, "a port or range of ports", out, PortRange::parse);
}
Outcome from_value(const Value& value, const std::string& path, Icmp& out) {
    return parsed_number(value, path, "an ICMP type", out, Icmp::parse);
}

Outcome from_value(const Value& value, const std::string& path, Tags& out) {
    const auto* map = value.get<Value::Map>();
    if (!map) return wrong(value.position, path, "expected a map, got " + describe(value));
    Tags tags;
    for (const auto& entry : *map) {
        std::string text;
        WEFT_CHECK(from_value(entry.value, path + '.' + entry.key, text));
        if (entry.key.empty()) return wrong(entry.position, path, "a tag has an empty key");
        if (!tags.emplace(entry.key, text).second)
            return wrong(entry.position, path, "tag '" + entry.key + "' is given twice");
    }
    out = std::move(tags);
    return {};
}

Outcome time_from_value(const Value& value, const std::string& path, std::uint64_t& out) {
    const auto* text = value.get<std::string>();
    const std::uint64_t time = text ? parse_time(*text) : 0;
    if (time == 0 && !value.is_null())
        return wrong(value.position, path,
                     "expected a time such as 2026-01-31T12:00:00.000000Z, got " + describe(value));
    out = time;
    return {};
}

Result<std::uint64_t> integer_of(const Value& value, const std::string& path, std::uint64_t most) {
    const auto* number = value.get<std::uint64_t>();
    if (!number || *number > most)
        return wrong(value.position, path,
                     "expected an integer of 0.." + std::to_string(most) + ", got " + describe(value));
    return *number;
}

}  // namespace weft::schema
