// SPDX-License-Identifier: Apache-2.0
// Small files, read and replaced as a whole.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/base/result.h"

namespace weft {

// not_found when there is none.
[[nodiscard]] Result<std::vector<std::uint8_t>> read_file(const std::string& path);
[[nodiscard]] Result<std::string> read_text(const std::string& path);
// Readable and writable by this user alone. After a crash at any moment the path holds the former content or
// this one, whole.
[[nodiscard]] Result<void> replace_file(const std::string& path, std::span<const std::uint8_t> content);
[[nodiscard]] Result<void> replace_file(const std::string& path, const std::string& content);

}  // namespace weft
