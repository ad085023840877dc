// SPDX-License-Identifier: Apache-2.0
// What came of the packets that instances sent to this host itself.
#pragma once

#include <cstdint>

namespace weft::agent {

struct ServiceCounts {
    std::uint64_t answered{0};
    std::uint64_t ignored{0};  // no answer is due: a release, a request to another server
    std::uint64_t refused{0};  // malformed, or not the record's

    friend bool operator==(const ServiceCounts&, const ServiceCounts&) = default;
};

}  // namespace weft::agent
