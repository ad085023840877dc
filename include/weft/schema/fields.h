// SPDX-License-Identifier: Apache-2.0
// A list of fields of different types, and the number of members of a struct. std::tuple and Boost.PFR do the
// same; every file that includes a table would spend a second on them (g++ 12, clang 14).
#pragma once

#include <cstddef>
#include <utility>

namespace weft::schema {

template <std::size_t Index, class F>
struct FieldAt {
    F field;
};

template <class Indices, class... F>
struct FieldList;

template <std::size_t... Index, class... F>
struct FieldList<std::index_sequence<Index...>, F...> : FieldAt<Index, F>... {
    constexpr explicit FieldList(const F&... field) : FieldAt<Index, F>{field}... {}

    template <class Fn>
    constexpr void for_each(Fn&& fn) const {
        (fn(static_cast<const FieldAt<Index, F>&>(*this).field), ...);
    }
};

// The fields of one struct, in table order.
template <class... F>
struct Fields : FieldList<std::index_sequence_for<F...>, F...> {
    using FieldList<std::index_sequence_for<F...>, F...>::FieldList;
    static constexpr std::size_t count = sizeof...(F);
};
template <class... F>
Fields(const F&...) -> Fields<F...>;

// Stands for a value of any type, when a struct's members are counted.
struct AnyValue {
    template <class T>
    operator T() const;
};

// Whether T can be made of as many values as there are indices: it has at least that many members.
template <class T, class Indices>
inline constexpr bool has_members = false;
template <class T, std::size_t... Index>
inline constexpr bool has_members<T, std::index_sequence<Index...>> = requires {
    T{(static_cast<void>(Index), AnyValue{})...};
};

}  // namespace weft::schema
