// SPDX-License-Identifier: Apache-2.0
// A field that few objects set: one pointer in all others, for there are a million of them. It reads as the
// value itself.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace weft::schema {

template <class T>
class Rare {
public:
    Rare() noexcept = default;
    Rare(const Rare& other) : value_(made(*other)) {}
    Rare(Rare&&) noexcept = default;
    Rare& operator=(const Rare& other) { return *this = *other; }
    Rare& operator=(Rare&&) noexcept = default;
    ~Rare() = default;

    template <class U = T>
    requires(!std::same_as<std::remove_cvref_t<U>, Rare> && std::constructible_from<T, U>) Rare& operator=(
        U&& value) {
        value_ = made(T(std::forward<U>(value)));
        return *this;
    }

    [[nodiscard]] const T& operator*() const noexcept {
        static const T unset{};
        return value_ ? *value_ : unset;
    }
    [[nodiscard]] const T* operator->() const noexcept { return &**this; }
    operator const T&() const noexcept { return **this; }
    // To be changed in place.
    [[nodiscard]] T& edit() {
        if (!value_) value_ = std::make_unique<T>();
        return *value_;
    }
    void clear() noexcept { value_.reset(); }

    [[nodiscard]] auto begin() const { return (**this).begin(); }
    [[nodiscard]] auto end() const { return (**this).end(); }
    [[nodiscard]] std::size_t size() const requires requires(const T& value) { value.size(); }
    { return (**this).size(); }
    [[nodiscard]] bool empty() const { return (**this).empty(); }

    friend bool operator==(const Rare& a, const Rare& b) { return *a == *b; }
    template <class U>
    requires(!std::same_as<U, Rare>) friend bool operator==(const Rare& a, const U& b) { return *a == b; }

private:
    std::unique_ptr<T> value_;

    // Nothing is kept of an unset value.
    [[nodiscard]] static std::unique_ptr<T> made(T value) {
        return value == T{} ? nullptr : std::make_unique<T>(std::move(value));
    }
};

// The type of a field's value, Rare or not.
template <class V>
struct PlainOf {
    using Type = V;
};
template <class V>
struct PlainOf<Rare<V>> {
    using Type = V;
};
template <class V>
using Plain = typename PlainOf<V>::Type;

}  // namespace weft::schema
