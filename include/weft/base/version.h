// SPDX-License-Identifier: Apache-2.0
// The version of all programs, as in CMakeLists.txt.
#pragma once

#include <string_view>

namespace weft {

inline constexpr std::string_view version = "0.1.0";

}  // namespace weft
