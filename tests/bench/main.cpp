// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <functional>
#include <map>

#include "tests/bench/bench.h"

namespace {

const std::map<std::string, std::function<void(std::span<const std::string>)>> measures{
    {"agents", weft::bench::agents},   {"fill", weft::bench::fill},   {"mapping", weft::bench::mapping},
    {"memory", weft::bench::memory},   {"query", weft::bench::query}, {"rules", weft::bench::rules},
    {"service", weft::bench::service}, {"store", weft::bench::store},
};

}  // namespace

int main(int count, char** values) try {
    const std::vector<std::string> arguments(values + 1, values + count);
    const auto measure = arguments.empty() ? measures.end() : measures.find(arguments[0]);
    if (measure == measures.end()) {
        std::fputs("weft-bench: one of", stderr);
        for (const auto& [name, function] : measures) std::fprintf(stderr, " %s", name.c_str());
        std::fputs("; see tests/bench/bench.h\n", stderr);
        return 2;
    }
    measure->second(std::span(arguments).subspan(1));
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "weft-bench: %s\n", error.what());
    return 1;
}
