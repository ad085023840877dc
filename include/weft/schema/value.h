// SPDX-License-Identifier: Apache-2.0
// A small tree between objects and their text forms (JSON, YAML): described structs become maps by their
// field tables and back. Ids, addresses, prefixes, MACs, enumerations and times are strings in it.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "weft/net/icmp.h"
#include "weft/net/mac.h"
#include "weft/net/port_range.h"
#include "weft/net/prefix.h"
#include "weft/schema/bounds.h"
#include "weft/schema/field.h"
#include "weft/schema/rare.h"

namespace weft::schema {

// Bit i stands for the i-th line of the field table (as wire::Mask).
using FieldMask = std::uint64_t;

// Where a value was read, 1-based; line 0: it was not read from a text.
struct Position {
    std::shared_ptr<const std::string> file;
    unsigned line{0};
    unsigned column{0};

    explicit operator bool() const noexcept { return line != 0; }
};
// "two-hosts.yaml:3:7".
[[nodiscard]] std::string to_string(const Position& position);

struct Value {
    struct Entry;
    using List = std::vector<Value>;
    using Map = std::vector<Entry>;  // in the order given

    std::variant<std::monostate, bool, std::uint64_t, std::string, List, Map> data;
    Position position{};

    [[nodiscard]] bool is_null() const noexcept { return data.index() == 0; }
    template <class T>
    [[nodiscard]] const T* get() const noexcept {
        return std::get_if<T>(&data);
    }
    // The value of `key`; null when this is no map or has no such key.
    [[nodiscard]] const Value* find(std::string_view key) const noexcept;
    // Sets or replaces; this must be a map or null.
    void set(std::string key, Value value);
};
struct Value::Entry {
    std::string key;
    Value value;
    Position position{};
};
// By content; positions do not count.
[[nodiscard]] bool operator==(const Value& a, const Value& b);

// What it is, for errors: "a list", "the integer 5", "'text'", "nothing".
[[nodiscard]] std::string describe(const Value& value);
// An error about `value`: "FILE:LINE:COLUMN: path: text" when it was read from a text, else "path: text".
[[nodiscard]] Error wrong(const Position& position, const std::string& path, const std::string& text);
// "a, b or c".
[[nodiscard]] std::string one_of(const std::vector<std::string_view>& words);

// --- values of fields

[[nodiscard]] Value to_value(bool value);
[[nodiscard]] Value to_value(const std::string& value);
[[nodiscard]] Value to_value(const Id& value);  // unset ones are null
[[nodiscard]] Value to_value(const Address& value);
[[nodiscard]] Value to_value(const Prefix& value);
[[nodiscard]] Value to_value(const Mac& value);
[[nodiscard]] Value to_value(const PortRange& value);
[[nodiscard]] Value to_value(const Icmp& value);
[[nodiscard]] Value to_value(const Tags& value);
[[nodiscard]] Value time_value(std::uint64_t unix_us);

// On an error nothing is written. `path` names the value in errors: "partitions[0].cidrs[1]".
using Outcome = Result<void>;
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, bool& out);
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, std::string& out);
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, Id& out);
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, Address& out);
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, Prefix& out);
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, Mac& out);
// Of one port, and of a type without code, an integer too: YAML reads 443 as one.
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, PortRange& out);
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, Icmp& out);
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, Tags& out);
[[nodiscard]] Outcome time_from_value(const Value& value, const std::string& path, std::uint64_t& out);
// An integer up to `most`.
[[nodiscard]] Result<std::uint64_t> integer_of(const Value& value, const std::string& path,
                                               std::uint64_t most);

template <class V>
requires(std::is_integral_v<V> && !std::is_same_v<V, bool>) [[nodiscard]] Value to_value(V value) {
    return {static_cast<std::uint64_t>(value)};
}
template <NamedEnum V>
[[nodiscard]] Value to_value(V value) {
    return {std::string(to_string(value))};
}
template <Described T>
[[nodiscard]] Value to_value(const T& object, FieldMask mask = ~FieldMask{0});
template <class V>
[[nodiscard]] Value to_value(const std::vector<V>& values) {
    Value::List list;
    list.reserve(values.size());
    for (const V& value : values) list.push_back(to_value(value));
    return {std::move(list)};
}
template <class V>
[[nodiscard]] Value to_value(const Rare<V>& value) {
    return to_value(*value);
}

template <class V>
requires(std::is_integral_v<V> && !std::is_same_v<V, bool>) [[nodiscard]] Outcome
    from_value(const Value& value, const std::string& path, V& out) {
    WEFT_TRY(const auto number, integer_of(value, path, std::numeric_limits<V>::max()));
    out = static_cast<V>(number);
    return {};
}
template <NamedEnum V>
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, V& out) {
    std::vector<std::string_view> names;
    for (const auto& [known, name] : enum_names<V>) {
        if (const auto* text = value.get<std::string>(); text && *text == name) {
            out = known;
            return {};
        }
        names.push_back(name);
    }
    return wrong(value.position, path, "expected " + one_of(names) + ", got " + describe(value));
}
template <Described T>
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, T& out);
template <class V>
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, std::vector<V>& out) {
    const auto* list = value.get<Value::List>();
    if (!list) return wrong(value.position, path, "expected a list, got " + describe(value));
    std::vector<V> read;
    for (const Value& item : *list) {
        V one{};
        WEFT_CHECK(from_value(item, path + '[' + std::to_string(read.size()) + ']', one));
        read.push_back(std::move(one));
    }
    out = std::move(read);
    return {};
}
template <class V>
[[nodiscard]] Outcome from_value(const Value& value, const std::string& path, Rare<V>& out) {
    V read{};
    WEFT_CHECK(from_value(value, path, read));
    out = std::move(read);
    return {};
}

// --- described structs

// A map of the fields in `mask`, in table order, but for those that are secret.
template <Described T>
Value to_value(const T& object, FieldMask mask) {
    Value::Map map;
    FieldMask bit = 1;
    for_each_field<T>([&](const auto& field) {
        const auto& member = object.*field.member;
        if ((mask & bit) != 0 && !field.has(secret)) {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, std::uint64_t>)
                map.push_back({std::string(field.name),
                               field.has(timestamp) ? time_value(member) : to_value(member),
                               {}});
            else
                map.push_back({std::string(field.name), to_value(member), {}});
        }
        bit <<= 1;
    });
    return {std::move(map)};
}

template <Described T>
[[nodiscard]] std::vector<std::string_view> field_names(unsigned without_flags = 0) {
    std::vector<std::string_view> names;
    for_each_field<T>([&](const auto& field) {
        if ((field.flags & without_flags) == 0) names.push_back(field.name);
    });
    return names;
}

// Sets in `object` the fields that the map names and says which they were. Errors, with the field's name and
// position: an unknown key, a wrong type, a value out of bounds, a field that has one of `refused` flags.
template <Described T>
[[nodiscard]] Result<FieldMask> patch_from_value(const Value& value, const std::string& path, T& object,
                                                 unsigned refused = 0) {
    const auto* map = value.get<Value::Map>();
    if (!map) return wrong(value.position, path, "expected a map, got " + describe(value));
    FieldMask seen = 0;
    for (const auto& entry : *map) {
        const std::string where = path.empty() ? entry.key : path + '.' + entry.key;
        bool known = false;
        Outcome outcome{};
        FieldMask bit = 1;
        for_each_field<T>([&](const auto& field) {
            if (field.name == entry.key) {
                known = true;
                auto& member = object.*field.member;
                if ((field.flags & refused) != 0)
                    outcome = wrong(entry.position, where, "is not for the client to set");
                else if ((seen & bit) != 0)
                    outcome = wrong(entry.position, where, "is given twice");
                else if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, std::uint64_t>)
                    outcome = field.has(timestamp) ? time_from_value(entry.value, where, member)
                                                   : from_value(entry.value, where, member);
                else
                    outcome = from_value(entry.value, where, member);
                if (outcome)
                    if (const auto bounds = check_bounds(field, member); !bounds)
                        outcome = wrong(entry.value.position, where, bounds.error().text);
                seen |= bit;
            }
            bit <<= 1;
        });
        if (!outcome) return outcome.error();
        if (!known)
            return wrong(entry.position, path,
                         "unknown key '" + entry.key + "': expected " + one_of(field_names<T>(refused)));
    }
    return seen;
}

template <Described T>
Outcome from_value(const Value& value, const std::string& path, T& out) {
    T object{};
    WEFT_TRY(const FieldMask seen, patch_from_value(value, path, object));
    Outcome complete{};
    FieldMask bit = 1;
    for_each_field<T>([&](const auto& field) {
        if (complete && field.has(required) && (seen & bit) == 0)
            complete = wrong(value.position, path, "'" + std::string(field.name) + "' is missing");
        bit <<= 1;
    });
    if (complete) out = std::move(object);
    return complete;
}

}  // namespace weft::schema
