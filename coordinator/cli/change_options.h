// SPDX-License-Identifier: Apache-2.0
// The options that every changing verb takes, and what is said about its outcome.
#pragma once

#include "coordinator/cli/program.h"

namespace weft::cli {

struct ChangeOptions {
    wire::Options options;
    std::string wait;
    double timeout_s{30};
};

// Adds --dry-run, --token, --if-generation, --strict, --wait and --timeout; `wait` is the default.
void add_change_options(CLI::App& verb, ChangeOptions& change, wire::Wait wait);
// What the options say, as sent.
[[nodiscard]] wire::Options request_options(const ChangeOptions& change);

// Messages on standard error ("record blue/i1: created, revision 12, installed in 3.2 ms"), and the object on
// standard output when an output format was asked for. Returns exit code 0.
[[nodiscard]] Result<int> report(Program& program, const wire::Ack& ack, const std::string& done);

}  // namespace weft::cli
