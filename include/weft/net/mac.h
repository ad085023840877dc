// SPDX-License-Identifier: Apache-2.0
// A 48-bit Ethernet address.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "weft/base/result.h"

namespace weft {

struct Mac {
    std::array<std::uint8_t, 6> bytes{};

    explicit operator bool() const noexcept { return bytes != std::array<std::uint8_t, 6>{}; }
    // "02:00:5e:10:20:30"; six pairs of hex digits, unicast.
    [[nodiscard]] static Result<Mac> parse(std::string_view text);
    // A locally administered unicast address made of the low 40 bits of `seed` (IEEE 802, 02-...).
    [[nodiscard]] static Mac local(std::uint64_t seed) noexcept;

    friend bool operator==(const Mac&, const Mac&) = default;
    friend auto operator<=>(const Mac&, const Mac&) = default;
};

// "02:00:5e:10:20:30"; empty when all zero.
[[nodiscard]] std::string to_string(const Mac& mac);

}  // namespace weft
