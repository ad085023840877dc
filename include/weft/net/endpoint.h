// SPDX-License-Identifier: Apache-2.0
// An IP address and a TCP or UDP port.
#pragma once

#include <cstdint>
#include <string_view>

#include "weft/net/address.h"

namespace weft {

struct Endpoint {
    Address address;
    std::uint16_t port{0};

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// "192.0.2.250:7470", "[2001:db8::1]:7470".
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace weft
