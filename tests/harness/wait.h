// SPDX-License-Identifier: Apache-2.0
// Waiting for a condition, never for a time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>

namespace weft::test {

// Runs the context's handlers until the condition holds; false after the deadline.
template <class Condition>
[[nodiscard]] bool run_until(boost::asio::io_context& context, Condition&& condition,
                             std::chrono::seconds deadline = std::chrono::seconds{10}) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        context.restart();
        context.run_one_for(std::chrono::milliseconds{20});
    }
    return true;
}

}  // namespace weft::test
