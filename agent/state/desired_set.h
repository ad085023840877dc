// SPDX-License-Identifier: Apache-2.0
// The desired set: every object this host must hold (schema/desired.h), by kind and key. Pure.
#pragma once

#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "weft/schema/desired.h"

namespace weft::agent {

// One type for each of schema::DesiredObjects.
template <class Objects>
struct OneOf;
template <class... T>
struct OneOf<std::tuple<T...>> {
    using type = std::variant<T...>;
};
using Object = OneOf<schema::DesiredObjects>::type;

struct ObjectKey {
    schema::DesiredKind kind{schema::DesiredKind::peer};
    std::string key;

    friend bool operator==(const ObjectKey&, const ObjectKey&) = default;
    // In put order.
    friend auto operator<=>(const ObjectKey& a, const ObjectKey& b) {
        const auto order = schema::put_order(a.kind) <=> schema::put_order(b.kind);
        return order != 0 ? order : a.key <=> b.key;
    }
};

template <class T>
[[nodiscard]] ObjectKey key_of(const T& object) {
    return {schema::Schema<T>::kind, object.key()};
}
[[nodiscard]] inline ObjectKey key_of(const Object& object) {
    return std::visit([](const auto& o) { return key_of(o); }, object);
}

// What one commit of the coordinator changes.
struct Changes {
    std::vector<Object> puts;
    std::vector<ObjectKey> deletes;
};

class DesiredSet {
public:
    template <class T>
    using Objects = std::unordered_map<std::string, T>;

    template <class T>
    [[nodiscard]] const Objects<T>& of() const {
        return std::get<Objects<T>>(objects_);
    }
    template <class T>
    [[nodiscard]] const T* find(const std::string& key) const {
        const auto found = of<T>().find(key);
        return found == of<T>().end() ? nullptr : &found->second;
    }
    template <class T>
    void put(T object) {
        auto key = object.key();
        std::get<Objects<T>>(objects_).insert_or_assign(std::move(key), std::move(object));
    }
    void put(Object object) {
        std::visit([this](auto& o) { put(std::move(o)); }, object);
    }
    template <class T>
    void remove(const std::string& key) {
        std::get<Objects<T>>(objects_).erase(key);
    }
    void remove(const ObjectKey& key);
    [[nodiscard]] bool holds(const ObjectKey& key) const;
    [[nodiscard]] std::size_t size() const;

private:
    template <class Tuple>
    struct ObjectsOf;
    template <class... T>
    struct ObjectsOf<std::tuple<T...>> {
        using type = std::tuple<Objects<T>...>;
    };
    ObjectsOf<schema::DesiredObjects>::type objects_;
};

}  // namespace weft::agent
