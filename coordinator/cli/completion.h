// SPDX-License-Identifier: Apache-2.0
// A bash completion script, from the tree of commands and options.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace weft::cli {

// Completes commands, options and the values that an option names ("store|installed|all"); where an object is
// expected (RECORD, HOST, ...), the names that `weft NOUN list -o name` prints.
[[nodiscard]] std::string bash_completion(const CLI::App& app);

}  // namespace weft::cli
