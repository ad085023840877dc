// SPDX-License-Identifier: Apache-2.0
// Secrets of access keys: what is stored of them, and whether one that is shown is the same.
#pragma once

#include <string>

#include "weft/base/result.h"

namespace weft::coordinator::pki {

// 128 random bits as hex digits.
[[nodiscard]] Result<std::string> new_salt();
// SHA-256 of salt and secret, hex. (A random 256-bit secret needs no slower hash.)
[[nodiscard]] std::string salted_hash(const std::string& salt, const std::string& secret);
// In a time that does not depend on where they differ.
[[nodiscard]] bool same_hash(const std::string& a, const std::string& b);

}  // namespace weft::coordinator::pki
