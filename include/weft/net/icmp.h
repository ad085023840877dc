// SPDX-License-Identifier: Apache-2.0
// An ICMP or ICMPv6 type, with a code or with any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weft/base/result.h"

namespace weft {

// Without a type it is unset, and has no code.
struct Icmp {
    std::optional<std::uint8_t> type;
    std::optional<std::uint8_t> code;

    explicit operator bool() const noexcept { return type.has_value(); }
    // "8", "3/4".
    [[nodiscard]] static Result<Icmp> parse(std::string_view text);

    friend bool operator==(const Icmp&, const Icmp&) = default;
    friend auto operator<=>(const Icmp&, const Icmp&) = default;
};

// "8", "3/4"; empty when unset.
[[nodiscard]] std::string to_string(const Icmp& icmp);

}  // namespace weft
