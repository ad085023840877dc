// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/output/table.h"

#include <algorithm>

namespace weft::cli {

std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

void print_table(std::ostream& out, const Table& table) {
    if (table.rows.empty()) return;
    std::vector<std::size_t> widths;
    for (const auto& title : table.header) widths.push_back(width_of(title));
    for (const auto& row : table.rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max({widths[i], width_of(row[i]), std::size_t{1}});
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string text;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string cell = cells[i].empty() ? "-" : cells[i];
            const std::string pad(widths[i] - width_of(cell), ' ');
            if (i > 0) text += "  ";
            text += table.right[i] ? pad + cell : cell + pad;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        out << text << '\n';
    };
    line(table.header);
    for (const auto& row : table.rows) line(row);
}

}  // namespace weft::cli
