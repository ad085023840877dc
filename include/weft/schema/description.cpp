// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/description.h"

#include <map>

#include "weft/schema/objects.h"
#include "weft/schema/rule_text.h"

namespace weft::schema {
namespace {

template <class V>
struct ItemOf {
    using Type = V;
};
template <class V>
struct ItemOf<std::vector<V>> {
    using Type = V;
};

template <class V>
constexpr Shape shape_of() {
    if constexpr (std::is_same_v<V, bool>)
        return Shape::boolean;
    else if constexpr (std::is_integral_v<V>)
        return Shape::integer;
    else if constexpr (std::is_same_v<V, Tags>)
        return Shape::tags;
    else if constexpr (Described<V>)
        return Shape::structure;
    else if constexpr (!std::is_same_v<V, typename ItemOf<V>::Type>)
        return Shape::list;
    else
        return Shape::text;
}

// What the ids of a field refer to, by its name: "subnet", "dedicated-hosts", "from-host". A table's own "id"
// refers to nothing else; "awaited" are hosts, "peers" partitions, "standbys" instances, what is deleted then
// is a record, a device is an attachment's.
Kind referred(std::string_view name) {
    if (name == "id") return Kind::none;
    if (name == "awaited" || name == "at") return Kind::host;
    if (name == "then-delete") return Kind::record;
    if (name == "peers") return Kind::partition;
    if (name == "device-of") return Kind::attachment;
    if (name == "standbys") return Kind::instance;
    if (const auto whole = kind_from_string(name)) return *whole;
    name.remove_prefix(name.rfind('-') + 1);
    if (name.ends_with('s')) name.remove_suffix(1);
    return kind_from_string(name).value_or(Kind::none);
}

template <class T, class V>
FieldDescription describe_field(const Field<T, V>& field) {
    using Item = typename ItemOf<Plain<V>>::Type;
    FieldDescription out{field.name,           field.help, field.flags, field.min, field.max,
                         shape_of<Plain<V>>(), Kind::none, {},          {},        nullptr};
    if constexpr (std::is_same_v<Item, Id>) out.refers = referred(field.name);
    if constexpr (NamedEnum<Item>)
        for (const auto& [value, name] : enum_names<Item>) out.choices.push_back(name);
    if constexpr (Described<Item>)
        for_each_field<Item>([&](const auto& inner) { out.fields.push_back(describe_field(inner)); });
    if constexpr (std::is_same_v<Item, SecurityRule>) out.text = &security_rule_text;
    if constexpr (std::is_same_v<Item, AclRule>) out.text = &acl_rule_text;
    if constexpr (std::is_same_v<Item, PublicAddress>) out.text = &public_address_text;
    if constexpr (std::is_same_v<Item, AddressSubnet>) out.text = &address_subnet_text;
    if constexpr (std::is_same_v<Item, RouteEntry>) out.text = &route_text;
    return out;
}

std::map<Kind, std::vector<FieldDescription>> describe_all() {
    std::map<Kind, std::vector<FieldDescription>> out;
    for_each_object([&]<class T>(std::type_identity<T>) {
        auto& fields = out[Schema<T>::kind];
        for_each_field<T>([&](const auto& field) { fields.push_back(describe_field(field)); });
    });
    return out;
}

}  // namespace

std::span<const FieldDescription> fields_of(Kind kind) {
    static const auto all = describe_all();
    const auto found = all.find(kind);
    if (found == all.end()) return {};
    return found->second;
}

const FieldDescription* find_field(Kind kind, std::string_view name) {
    for (const auto& field : fields_of(kind))
        if (field.name == name) return &field;
    return nullptr;
}

}  // namespace weft::schema
