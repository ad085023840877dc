// SPDX-License-Identifier: Apache-2.0
// The references among an object's fields, wherever they stand: alone, in lists, in the maps of a list.
#pragma once

#include <functional>

#include "weft/schema/description.h"
#include "weft/schema/value.h"

namespace weft::cli {

[[nodiscard]] bool has_references(const schema::FieldDescription& field);
// Whether objects of the kind have names that are unique in their partition only.
[[nodiscard]] bool inside_partition(Kind kind);

// Calls fn(kind, text) for each reference that is set in the value of `field`, until one fails; what it
// leaves in `text` replaces the reference.
using OnReference = std::function<Result<void>(Kind, schema::Value& text)>;
[[nodiscard]] Result<void> each_reference(const schema::FieldDescription& field, schema::Value& value,
                                          const OnReference& fn);
// The value with `name` of each reference in its place.
[[nodiscard]] schema::Value with_names(const schema::FieldDescription& field, schema::Value value,
                                       const std::function<std::string(const std::string&)>& name);

}  // namespace weft::cli
