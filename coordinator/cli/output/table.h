// SPDX-License-Identifier: Apache-2.0
// Text in aligned columns.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace weft::cli {

struct Table {
    std::vector<std::string> header;
    std::vector<bool> right;  // aligned to the right: numbers
    std::vector<std::vector<std::string>> rows;
};

// Two spaces between columns, none at line ends; empty cells are "-". Nothing at all without rows.
void print_table(std::ostream& out, const Table& table);
// Columns on a screen that `text` takes (UTF-8: code points).
[[nodiscard]] std::size_t width_of(const std::string& text);

}  // namespace weft::cli
