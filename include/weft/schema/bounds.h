// SPDX-License-Identifier: Apache-2.0
// The bounds of a field, checked wherever a value comes in: from the wire, JSON, YAML or the command line.
#pragma once

#include <string>

#include "weft/base/result.h"
#include "weft/schema/field.h"

namespace weft::schema {

// What a field's bounds are compared with: an integer itself, the size of anything else that has one.
template <class V>
[[nodiscard]] std::uint64_t measure(const V& value) {
    if constexpr (std::is_integral_v<V>)
        return static_cast<std::uint64_t>(value);
    else if constexpr (requires { value.size(); })
        return value.size();
    else
        return 0;
}

template <class T, class V>
[[nodiscard]] Result<void> check_bounds(const Field<T, V>& field, const V& value) {
    constexpr bool bounded = std::is_integral_v<V> || requires { value.size(); };
    if constexpr (bounded) {
        const auto size = measure(value);
        if (size < field.min || size > field.max)
            return invalid(std::string(field.name),
                           (std::is_integral_v<V> ? "value " : "size ") + std::to_string(size) +
                               " is outside " + std::to_string(field.min) + ".." + std::to_string(field.max));
    }
    return {};
}

}  // namespace weft::schema
