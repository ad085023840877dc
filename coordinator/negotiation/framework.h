// SPDX-License-Identifier: Apache-2.0
// The frameworks that weft knows (abi/framework.h), written NAME/VERSION: "geneve/1".
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weft::coordinator::negotiation {

struct Framework {
    std::string_view name;
    unsigned version{0};
    unsigned overhead4{0};  // bytes between outer and inner IP header, the outer header included, over IPv4
    unsigned overhead6{0};  // the same over IPv6

    [[nodiscard]] std::string text() const { return std::string(name) + '/' + std::to_string(version); }

    friend bool operator==(const Framework&, const Framework&) = default;
};

// All of them. Names stand in order of preference; versions of one name are ordered by number.
[[nodiscard]] std::span<const Framework> known_frameworks();

}  // namespace weft::coordinator::negotiation
