// SPDX-License-Identifier: Apache-2.0
// Lists of principals in objects (row 3.2): each entry a principal's name, group:NAME, role:customer or
// role:operator.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weft/base/result.h"

namespace weft::schema {

// What names of principals and groups are made of: 1 to 255 bytes without blanks, control characters, commas
// and colons.
[[nodiscard]] bool is_principal_word(std::string_view text) noexcept;

// Errors name the entry, "attachers[1]", and the rule.
[[nodiscard]] Result<void> check_principals(const std::vector<std::string>& entries, std::string_view field);

}  // namespace weft::schema
