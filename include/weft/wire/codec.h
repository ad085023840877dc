// SPDX-License-Identifier: Apache-2.0
// Structs to attributes and back, driven by their field tables. Validation is by table, before any handler
// sees the struct: unknown mandatory attributes, wrong lengths, values out of bounds, repeated attributes and
// trailing bytes are refused with the name of the offending field.
#pragma once

#include <algorithm>
#include <type_traits>

#include "weft/schema/bounds.h"
#include "weft/schema/rare.h"
#include "weft/wire/attribute.h"

namespace weft::wire {

// Bit i stands for the i-th line of the field table.
using Mask = std::uint64_t;

template <schema::Described T>
void put_fields(Writer& writer, const T& object, Mask mask);
template <schema::Described T>
[[nodiscard]] Mask changed_fields(const T& object, const T& base = T{});
// Attributes in `ignored` are passed over.
template <schema::Described T>
[[nodiscard]] Result<Mask> get_fields(std::span<const std::uint8_t> bytes, T& object,
                                      std::span<const std::uint16_t> ignored = {});

template <class V>
requires std::is_integral_v<V> || schema::NamedEnum<V>
void put_value(Writer& writer, std::uint16_t type, const V& value) {
    writer.put_integer(type, static_cast<std::uint64_t>(value), sizeof(V));
}
template <schema::Described V>
void put_value(Writer& writer, std::uint16_t type, const V& value);
template <class V>
void put_value(Writer& writer, std::uint16_t type, const std::vector<V>& values) {
    const auto nest = writer.open(type);
    for (const V& value : values) put_value(writer, 1, value);
    writer.close(nest);
}
template <schema::Described V>
void put_value(Writer& writer, std::uint16_t type, const V& value) {
    const auto nest = writer.open(type);
    put_fields(writer, value, changed_fields(value));
    writer.close(nest);
}
template <class V>
void put_value(Writer& writer, std::uint16_t type, const schema::Rare<V>& value) {
    put_value(writer, type, *value);
}

template <class V>
requires std::is_integral_v<V>
[[nodiscard]] Result<void> get_value(const Attribute& attribute, V& value) {
    WEFT_TRY(const auto number, read_integer(attribute, sizeof(V)));
    if (std::is_same_v<V, bool> && number > 1)
        return invalid("", "expected 0 or 1, got " + std::to_string(number));
    value = static_cast<V>(number);
    return {};
}
template <schema::NamedEnum V>
[[nodiscard]] Result<void> get_value(const Attribute& attribute, V& value) {
    WEFT_TRY(const auto number, read_integer(attribute, sizeof(V)));
    for (const auto& [known, name] : schema::enum_names<V>)
        if (static_cast<std::uint64_t>(known) == number) {
            value = known;
            return {};
        }
    return invalid("", "unknown value " + std::to_string(number));
}
template <schema::Described V>
[[nodiscard]] Result<void> get_value(const Attribute& attribute, V& value);
template <class V>
[[nodiscard]] Result<void> get_value(const Attribute& attribute, std::vector<V>& values) {
    values.clear();
    Reader reader{attribute.payload};
    Attribute element;
    for (;;) {
        WEFT_TRY(const bool more, reader.next(element));
        if (!more) return {};
        if (element.type != 1)
            return invalid("", "a list has items of type 1, not " + std::to_string(element.type));
        V value{};
        WEFT_CHECK(get_value(element, value));
        values.push_back(std::move(value));
    }
}
template <schema::Described V>
[[nodiscard]] Result<void> get_value(const Attribute& attribute, V& value) {
    WEFT_TRY(const auto mask, get_fields(attribute.payload, value));
    (void)mask;
    return {};
}
template <class V>
[[nodiscard]] Result<void> get_value(const Attribute& attribute, schema::Rare<V>& value) {
    return get_value(attribute, value.edit());
}

template <schema::Described T>
void put_fields(Writer& writer, const T& object, Mask mask) {
    Mask bit = 1;
    schema::for_each_field<T>([&](const auto& field) {
        if ((mask & bit) != 0) put_value(writer, field.id, object.*field.member);
        bit <<= 1;
    });
}

template <schema::Described T>
Result<Mask> get_fields(std::span<const std::uint8_t> bytes, T& object,
                        std::span<const std::uint16_t> ignored) {
    Reader reader{bytes};
    Attribute attribute;
    Mask seen = 0;
    for (;;) {
        WEFT_TRY(const bool more, reader.next(attribute));
        if (!more) return seen;
        bool known = false;
        Result<void> got{};
        Mask bit = 1;
        schema::for_each_field<T>([&](const auto& field) {
            if (field.id == attribute.type) {
                known = true;
                if ((seen & bit) != 0) {
                    got = invalid(std::string(field.name), "is given twice");
                } else if (got = get_value(attribute, object.*field.member); !got) {
                    auto error = got.error();
                    error.field = std::string(field.name) + (error.field.empty() ? "" : "." + error.field);
                    got = error;
                } else if (field.client_may_set()) {
                    got = schema::check_bounds(field, object.*field.member);
                }
                seen |= bit;
            }
            bit <<= 1;
        });
        if (!got) return got.error();
        if (!known && (attribute.type & schema::optional_bit) == 0 &&
            std::find(ignored.begin(), ignored.end(), attribute.type) == ignored.end())
            return invalid("attribute " + std::to_string(attribute.type),
                           "is unknown to " + std::string(schema::Schema<T>::name));
    }
}

// The fields whose value differs from a default-constructed T: what need not be sent or stored is left out.
template <schema::Described T>
[[nodiscard]] Mask changed_fields(const T& object, const T& base) {
    Mask mask = 0;
    Mask bit = 1;
    schema::for_each_field<T>([&](const auto& field) {
        if (!(object.*field.member == base.*field.member)) mask |= bit;
        bit <<= 1;
    });
    return mask;
}

// The fields of T that carry one of `flags`.
template <schema::Described T>
[[nodiscard]] Mask fields_with(unsigned flags) {
    Mask mask = 0;
    Mask bit = 1;
    schema::for_each_field<T>([&](const auto& field) {
        if ((field.flags & flags) != 0) mask |= bit;
        bit <<= 1;
    });
    return mask;
}

// The attributes of `object`: those in `mask`, by default all that differ from T{}. Fails when it exceeds the
// sizes of attribute.h.
template <schema::Described T>
[[nodiscard]] Result<Bytes> encode(const T& object, Mask mask) {
    Writer writer;
    put_fields(writer, object, mask);
    return writer.finish();
}
template <schema::Described T>
[[nodiscard]] Result<Bytes> encode(const T& object) {
    return encode(object, changed_fields(object));
}

// Overwrites in `object` the fields that `bytes` carries and says which they were (a patch).
template <schema::Described T>
[[nodiscard]] Result<Mask> decode_into(std::span<const std::uint8_t> bytes, T& object) {
    return get_fields(bytes, object);
}
// The same of what a store holds, which may be older than this program.
template <schema::Described T>
[[nodiscard]] Result<Mask> decode_stored(std::span<const std::uint8_t> bytes, T& object) {
    if constexpr (requires { schema::Schema<T>::retired; })
        return get_fields(bytes, object, schema::Schema<T>::retired);
    else
        return get_fields(bytes, object);
}
// A whole T; a required field that is missing is an error.
template <schema::Described T>
[[nodiscard]] Result<T> decode(std::span<const std::uint8_t> bytes) {
    T object{};
    WEFT_TRY(const auto seen, get_fields(bytes, object));
    Result<void> complete{};
    Mask bit = 1;
    schema::for_each_field<T>([&](const auto& field) {
        if (complete && field.has(schema::required) && (seen & bit) == 0)
            complete = invalid(std::string(field.name), "is missing");
        bit <<= 1;
    });
    if (!complete) return complete.error();
    return object;
}

}  // namespace weft::wire
