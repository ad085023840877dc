// SPDX-License-Identifier: Apache-2.0
// The mechanism by which every field is written once: a struct, and beside it a constexpr table with one
// line a field. The table drives the TLV codec (wire/), JSON, YAML, the CLI's options and output, and the
// store.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/base/id.h"
#include "weft/schema/fields.h"

namespace weft::schema {

// What may be done with a field.
enum FieldFlag : unsigned {
    settable = 0,             // by the client, at creation and later
    server = 1U << 0,         // chosen by the coordinator; a client that sets it is refused
    create_only = 1U << 1,    // by the client at creation, never changed afterwards
    required = 1U << 2,       // must be given at creation
    detached_only = 1U << 3,  // changed only while the record is detached
    derived = 1U << 4,        // computed for answers, never stored; implies server
    timestamp = 1U << 5,      // microseconds since 1970 UTC, shown as RFC 3339; 0: never
    foreign_only = 1U << 6,   // by the client for a host without an agent; others' agents report it
    secret = 1U << 7,         // stored, and neither shown nor compared with filters; goes with server
};

// One field. `id` is its attribute on the wire and in the store: 1..0x1fff, never reused. A receiver that
// does not know an id refuses the message, unless the id has the bit 0x2000 (optional to understand).
// `min`/`max` bound an integer's value, a string's bytes, a list's or map's items.
template <class Object, class Value>
struct Field {
    constexpr Field(std::uint16_t attribute, std::string_view field_name, Value Object::*pointer,
                    std::string_view text, unsigned field_flags = settable, std::uint64_t least = 0,
                    std::uint64_t most = std::numeric_limits<std::uint64_t>::max())
        : id(attribute),
          name(field_name),
          member(pointer),
          help(text),
          flags(field_flags),
          min(least),
          max(most) {}

    std::uint16_t id;
    std::string_view name;
    Value Object::*member;
    std::string_view help;
    unsigned flags;
    std::uint64_t min;
    std::uint64_t max;

    [[nodiscard]] constexpr bool has(FieldFlag flag) const noexcept { return (flags & flag) != 0; }
    [[nodiscard]] constexpr bool client_may_set() const noexcept { return (flags & (server | derived)) == 0; }
};

inline constexpr std::uint16_t optional_bit = 0x2000;

// Specialised for each described struct: `name` and `fields`, a Fields.
template <class T>
struct Schema;

template <class T>
concept Described = requires {
    Schema<T>::fields;
};

// Calls fn(field) for each field of T, in table order.
template <Described T, class Fn>
constexpr void for_each_field(Fn&& fn) {
    Schema<T>::fields.for_each(fn);
}

template <Described T>
inline constexpr std::size_t field_count = decltype(Schema<T>::fields)::count;

// A table that forgot a field, or uses an id twice, does not compile: WEFT_SCHEMA_COMPLETE(Record).
template <Described T>
constexpr bool ids_are_unique() {
    std::array<std::uint16_t, field_count<T>> ids{};
    std::size_t at = 0;
    for_each_field<T>([&](const auto& field) { ids[at++] = field.id; });
    for (std::size_t i = 0; i < ids.size(); ++i)
        for (std::size_t j = i + 1; j < ids.size(); ++j)
            if (ids[i] == ids[j]) return false;
    return true;
}

template <Described T>
inline constexpr bool every_member_has_a_line = has_members<T, std::make_index_sequence<field_count<T>>> &&
                                                !has_members<T, std::make_index_sequence<field_count<T> + 1>>;

#define WEFT_SCHEMA_COMPLETE(T)                                                            \
    static_assert(::weft::schema::every_member_has_a_line<T>, #T ": a field has no line"); \
    static_assert(::weft::schema::ids_are_unique<T>(), #T ": an attribute id is used twice")

// The names of an enumeration, as shown and typed. Specialised as a std::array of pairs.
template <class E>
inline constexpr auto enum_names = nullptr;

template <class E>
concept NamedEnum =
    std::is_enum_v<E> && !std::is_null_pointer_v<std::remove_cvref_t<decltype(enum_names<E>)>>;

template <NamedEnum E>
constexpr std::string_view to_string(E value) {
    for (const auto& [v, name] : enum_names<E>)
        if (v == value) return name;
    return "?";
}

template <>
inline constexpr auto enum_names<Kind> = std::array{
    std::pair{Kind::none, std::string_view{"none"}},
    std::pair{Kind::partition, std::string_view{"partition"}},
    std::pair{Kind::subnet, std::string_view{"subnet"}},
    std::pair{Kind::record, std::string_view{"record"}},
    std::pair{Kind::attachment, std::string_view{"attachment"}},
    std::pair{Kind::instance, std::string_view{"instance"}},
    std::pair{Kind::host, std::string_view{"host"}},
    std::pair{Kind::security_group, std::string_view{"group"}},
    std::pair{Kind::network_acl, std::string_view{"acl"}},
    std::pair{Kind::route_table, std::string_view{"route-table"}},
    std::pair{Kind::operation, std::string_view{"operation"}},
    std::pair{Kind::tag, std::string_view{"tag"}},
    std::pair{Kind::pool, std::string_view{"pool"}},
    std::pair{Kind::address_pool, std::string_view{"address-pool"}},
    std::pair{Kind::access_key, std::string_view{"key"}},
    std::pair{Kind::scaling_rule, std::string_view{"scaling-rule"}},
};

using Tags = std::map<std::string, std::string>;
using Bytes = std::vector<std::uint8_t>;

}  // namespace weft::schema
