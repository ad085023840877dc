// SPDX-License-Identifier: Apache-2.0
// 802.1Q: 12 bits, of which 0 is no tag and 4095 reserved.
#pragma once

#include <cstdint>

namespace weft::schema {

inline constexpr std::uint64_t most_vlan = 4094;

}  // namespace weft::schema
