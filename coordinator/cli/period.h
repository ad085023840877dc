// SPDX-License-Identifier: Apache-2.0
// The ends of a period as they are typed.
#pragma once

#include <cstdint>
#include <string>

#include "weft/base/result.h"

namespace weft::cli {

// A whole hour, microseconds since 1970 UTC: "2026-01-31T12:00:00Z", "2026-01-31T12:00Z", "2026-01-31",
// "2026-01"; 0: an empty text. The error names the option and what was expected.
[[nodiscard]] Result<std::uint64_t> parse_hour(const std::string& option, const std::string& text);

}  // namespace weft::cli
