// SPDX-License-Identifier: Apache-2.0
// A test case that cannot run here says so: packaging/check counts it as skipped, with its reason.
#pragma once

#include <doctest/doctest.h>

#include <iostream>

namespace weft::test {

// Before anything is checked; then the test case returns. doctest itself counts it as passed.
inline void skip(const char* reason) {
    std::cout << "[doctest] skip " << doctest::getContextOptions()->currentTest->m_name << ": " << reason
              << std::endl;
}

}  // namespace weft::test
