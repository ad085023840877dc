// SPDX-License-Identifier: Apache-2.0
// The word by which a host proves itself once, before it has a certificate. Only its hash is stored.
#pragma once

#include <cstdint>
#include <string>

#include "weft/base/result.h"

namespace weft::coordinator::pki {

inline constexpr std::uint64_t token_lifetime_us = 3'600'000'000;  // one hour

// 256 random bits as hex digits.
[[nodiscard]] Result<std::string> new_token();
// SHA-256 of the token, hex: what is stored and looked up. (A random 256-bit word needs no salt.)
[[nodiscard]] std::string token_hash(const std::string& token);

}  // namespace weft::coordinator::pki
