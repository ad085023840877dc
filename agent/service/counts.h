// SPDX-License-Identifier: Apache-2.0
// What came of the packets that instances sent to this host itself.
#pragma once

#include <cstdint>

namespace weft::agent {

struct ServiceCounts {
    std::uint64_t answered{0};    // DHCP of both families
    std::uint64_t ignored{0};     // no answer is due: DHCPv4's release, a request to another server
    std::uint64_t refused{0};     // malformed, or not the record's
    std::uint64_t advertised{0};  // router advertisements, asked for or not

    friend bool operator==(const ServiceCounts&, const ServiceCounts&) = default;
};

}  // namespace weft::agent
