// SPDX-License-Identifier: Apache-2.0
// Which fields a list of objects shows, and how a field reads in a table.
#pragma once

#include <span>

#include "coordinator/cli/names.h"
#include "weft/schema/description.h"

namespace weft::cli {

struct Column {
    std::string_view title;
    std::string_view field;
    bool wide{false};  // shown with -o wide only
};

[[nodiscard]] std::span<const Column> columns_of(Kind kind);
// Names for ids, yes or no, KEY=VALUE, commas; empty for what is not set.
[[nodiscard]] std::string cell(const schema::Value& value, const schema::FieldDescription& field,
                               const Names& names);

}  // namespace weft::cli
