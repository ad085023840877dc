// SPDX-License-Identifier: Apache-2.0
// JSON (RFC 8259) of a Value.
#pragma once

#include "weft/schema/value.h"

namespace weft::schema {

// One line, or indented by two spaces with a newline at the end.
[[nodiscard]] std::string to_json(const Value& value);
[[nodiscard]] std::string to_pretty_json(const Value& value);
// Errors ("SOURCE:LINE:COLUMN: ..."): not JSON, fractions and negative numbers (no field has them), a key
// given twice, nesting beyond 32.
[[nodiscard]] Result<Value> parse_json(std::string_view text, const std::string& source);

}  // namespace weft::schema
