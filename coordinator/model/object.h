// SPDX-License-Identifier: Apache-2.0
// One stored object of any kind, immutable and shared, and the change of one.
#pragma once

#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "weft/schema/objects.h"

namespace weft::coordinator {

using schema::Bytes;
using Revision = std::uint64_t;

template <class T>
using Ptr = std::shared_ptr<const T>;

// Null (monostate) or one of schema::Objects.
template <class Objects>
struct AnyOf;
template <class... T>
struct AnyOf<std::tuple<T...>> {
    using type = std::variant<std::monostate, Ptr<T>...>;
};
using Object = AnyOf<schema::Objects>::type;

// Created: no before. Deleted: no after.
struct Change {
    Id id;
    Object before;
    Object after;
};

// The typed pointer inside; null when it is another kind or none.
template <class T>
[[nodiscard]] Ptr<T> as(const Object& object) {
    const auto* pointer = std::get_if<Ptr<T>>(&object);
    return pointer == nullptr ? nullptr : *pointer;
}

[[nodiscard]] inline bool is_null(const Object& object) {
    return std::holds_alternative<std::monostate>(object);
}

// The attributes of the object as stored: derived fields left out.
[[nodiscard]] Result<Bytes> encode_object(const Object& object);
// The inverse. A blob that does not decode, or is another object than `id`, is an error naming the id.
[[nodiscard]] Result<Object> decode_object(Id id, std::span<const std::uint8_t> blob);
[[nodiscard]] std::uint64_t generation_of(const Object& object);

}  // namespace weft::coordinator
