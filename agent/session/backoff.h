// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next attempt to connect: doubling from 100 ms to 5 s, each wait drawn from the
// upper half, so that a thousand agents do not come back at once. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace weft::agent {

class Backoff {
public:
    using Wait = std::chrono::milliseconds;
    static constexpr Wait first{100};
    static constexpr Wait longest{5000};

    // After a success.
    void reset() noexcept { bound_ = first; }
    template <class Generator>
    [[nodiscard]] Wait next(Generator& generator) {
        std::uniform_int_distribution<Wait::rep> draw{bound_.count() / 2, bound_.count()};
        const Wait wait{draw(generator)};
        bound_ = std::min(bound_ * 2, longest);
        return wait;
    }

private:
    Wait bound_{first};
};

}  // namespace weft::agent
