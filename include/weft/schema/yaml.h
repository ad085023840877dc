// SPDX-License-Identifier: Apache-2.0
// YAML of a Value. Plain scalars: true, false, null and ~ as they say, decimal digits an integer, everything
// else a string; quoted ones are strings.
#pragma once

#include "weft/schema/value.h"

namespace weft::schema {

[[nodiscard]] std::string to_yaml(const Value& value);
// Every node keeps its line and column. Errors ("FILE:LINE:COLUMN: ..."): not YAML, more than one document, a
// key given twice or that is no string, nesting beyond 32, more than a million nodes. An empty text is null.
[[nodiscard]] Result<Value> parse_yaml(std::string_view text, const std::string& file);
// The text of `path` ("-": standard input).
[[nodiscard]] Result<Value> read_yaml(const std::string& path);

}  // namespace weft::schema
