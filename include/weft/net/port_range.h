// SPDX-License-Identifier: Apache-2.0
// A range of TCP, UDP or SCTP ports, both ends included.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weft/base/result.h"

namespace weft {

// 0 to 0 is the unset range: no port is number 0 alone.
struct PortRange {
    std::uint16_t first{0};
    std::uint16_t last{0};

    explicit operator bool() const noexcept { return last != 0; }
    // A first port above the last one, or port 0 alone, is an error.
    [[nodiscard]] static Result<PortRange> make(std::uint16_t first, std::uint16_t last);
    // "443", "8000-8999".
    [[nodiscard]] static Result<PortRange> parse(std::string_view text);
    [[nodiscard]] bool contains(std::uint16_t port) const noexcept { return first <= port && port <= last; }

    friend bool operator==(const PortRange&, const PortRange&) = default;
    friend auto operator<=>(const PortRange&, const PortRange&) = default;
};

// "443", "8000-8999"; empty when unset.
[[nodiscard]] std::string to_string(const PortRange& ports);

}  // namespace weft
