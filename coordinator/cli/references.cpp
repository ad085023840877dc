// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/references.h"

#include <algorithm>

namespace weft::cli {

using schema::FieldDescription;
using schema::Value;

bool has_references(const FieldDescription& field) {
    return field.refers != Kind::none || std::ranges::any_of(field.fields, has_references);
}

bool inside_partition(Kind kind) {
    return schema::find_field(kind, "partition") != nullptr && schema::find_field(kind, "name") != nullptr;
}

Result<void> each_reference(const FieldDescription& field, Value& value, const OnReference& fn) {
    if (auto* list = std::get_if<Value::List>(&value.data)) {
        for (auto& item : *list) WEFT_CHECK(each_reference(field, item, fn));
    } else if (auto* map = std::get_if<Value::Map>(&value.data)) {
        for (auto& entry : *map)
            for (const auto& inner : field.fields)
                if (inner.name == entry.key) WEFT_CHECK(each_reference(inner, entry.value, fn));
    } else if (const auto* text = value.get<std::string>();
               text && !text->empty() && field.refers != Kind::none) {
        return fn(field.refers, value);
    }
    return {};
}

Value with_names(const FieldDescription& field, Value value,
                 const std::function<std::string(const std::string&)>& name) {
    const auto named = each_reference(field, value, [&](Kind, Value& text) -> Result<void> {
        text.data = name(*text.get<std::string>());
        return {};
    });
    return named ? value : Value{};
}

}  // namespace weft::cli
