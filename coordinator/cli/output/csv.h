// SPDX-License-Identifier: Apache-2.0
// Comma separated values (RFC 4180, lines end with LF).
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace weft::cli {

// Cells with a comma, a quote or a line end are quoted.
void print_csv_row(std::ostream& out, const std::vector<std::string>& cells);

}  // namespace weft::cli
