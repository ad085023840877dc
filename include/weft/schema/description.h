// SPDX-License-Identifier: Apache-2.0
// The field tables as data, for code that treats all kinds of objects alike: command line, apply, forms.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "weft/base/id.h"
#include "weft/schema/field.h"

namespace weft::schema {

struct TextForm;

enum class Shape : std::uint8_t { boolean, integer, text, list, tags, structure };

struct FieldDescription {
    std::string_view name;
    std::string_view help;
    unsigned flags{0};
    std::uint64_t min{0};
    std::uint64_t max{0};
    Shape shape{Shape::text};
    Kind refers{Kind::none};                // ids of this kind, alone or in a list
    std::vector<std::string_view> choices;  // of an enumeration
    std::vector<FieldDescription> fields;   // of a struct, alone or in a list
    const TextForm* text{nullptr};          // of such a struct, if it has one

    [[nodiscard]] bool has(FieldFlag flag) const noexcept { return (flags & flag) != 0; }
    [[nodiscard]] bool client_may_set() const noexcept { return (flags & (server | derived)) == 0; }
};

// The fields of a kind of stored object, in table order; empty for kinds that are none.
[[nodiscard]] std::span<const FieldDescription> fields_of(Kind kind);
// Null when the kind has no such field.
[[nodiscard]] const FieldDescription* find_field(Kind kind, std::string_view name);

}  // namespace weft::schema
