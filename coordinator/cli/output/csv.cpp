// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/output/csv.h"

namespace weft::cli {
namespace {

std::string quoted(const std::string& cell) {
    if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string out = "\"";
    for (const char c : cell) {
        if (c == '"') out += c;
        out += c;
    }
    return out + '"';
}

}  // namespace

void print_csv_row(std::ostream& out, const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) out << (i == 0 ? "" : ",") << quoted(cells[i]);
    out << '\n';
}

}  // namespace weft::cli
