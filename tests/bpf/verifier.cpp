// SPDX-License-Identifier: Apache-2.0
// What the verifier of the running kernel says of each program, printed; and that it leaves room to grow.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstring>

#include "tests/harness/bpf/programs.h"

using namespace weft::test;

namespace {

// The number that follows `words` in the log; -1 if they are not there.
long number_after(const char* log, const char* words) {
    const char* at = std::strstr(log, words);
    long number = -1;
    return at != nullptr && std::sscanf(at + std::strlen(words), " %ld", &number) == 1 ? number : -1;
}

}  // namespace

TEST_CASE("[8.3/verifier] every program stays below a tenth of the verifier's limit and within the stack") {
    const auto& logs = Programs::get().verifier_logs();
    CHECK(logs.size() == 8);
    for (const auto& [program, log] : logs) {
        const long instructions = number_after(log.data(), "processed");
        const long stack = number_after(log.data(), "stack depth");
        std::printf("%-20s %6ld instructions verified, %3ld bytes of stack\n", program.c_str(), instructions,
                    stack);
        CHECK(instructions > 0);
        CHECK(instructions < 100'000);
        CHECK(stack > 0);
        CHECK(stack <= 512);
    }
}
