// SPDX-License-Identifier: Apache-2.0
// The manual page weft(1), from the tree of commands and options.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace weft::cli {

// In man(7)'s macros.
[[nodiscard]] std::string manual_page(const CLI::App& app);

}  // namespace weft::cli
