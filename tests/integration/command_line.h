// SPDX-License-Identifier: Apache-2.0
// The command line as typed, against a coordinator without hosts.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "coordinator/cli/program.h"
#include "tests/harness/test_coordinator.h"

namespace weft::test {

class CommandLine {
public:
    struct Outcome {
        int code;
        std::string out;
        std::string err;
    };

    CommandLine() { coordinator_.start(); }

    Outcome run(std::vector<std::string> words) {
        words.insert(words.begin(), {"--socket", coordinator_.socket()});
        std::ostringstream out;
        std::ostringstream err;
        cli::Program program{out, err};
        const int code = program.run(std::move(words));
        return {code, out.str(), err.str()};
    }
    // `verb` (apply, diff) with a document and more options; no host is there to wait for.
    Outcome with(const std::string& verb, const std::string& yaml, std::vector<std::string> options = {}) {
        const std::string path = scratch_ / "cloud.yaml";
        std::ofstream{path} << yaml;
        options.insert(options.begin(), {verb, "-f", path});
        if (verb == "apply") options.insert(options.end(), {"--wait", "store"});
        return run(std::move(options));
    }
    cli::Client client() { return coordinator_.client(); }

private:
    Scratch scratch_;
    TestCoordinator coordinator_;
};

}  // namespace weft::test
