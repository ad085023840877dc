// SPDX-License-Identifier: Apache-2.0
// JSON (RFC 8259) of a Value.
#pragma once

#include "weft/schema/value.h"

namespace weft::schema {

// One line, or indented by two spaces with a newline at the end.
[[nodiscard]] std::string to_json(const Value& value);
[[nodiscard]] std::string to_pretty_json(const Value& value);
// Errors: not JSON, fractions and negative numbers (no field has them), nesting beyond 32. `source` names the
// text in errors.
[[nodiscard]] Result<Value> parse_json(std::string_view text, const std::string& source);

}  // namespace weft::schema
