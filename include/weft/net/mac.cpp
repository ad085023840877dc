// SPDX-License-Identifier: Apache-2.0
#include "weft/net/mac.h"

#include <charconv>
#include <cstdio>

namespace weft {

Result<Mac> Mac::parse(std::string_view text) {
    const auto bad = [&] {
        return invalid(
            "", "'" + std::string(text) + "' is not a unicast MAC address: expected e.g. 02:00:5e:10:20:30");
    };
    if (text.size() != 17) return bad();
    Mac out;
    for (std::size_t i = 0; i < 6; ++i) {
        const auto* at = text.data() + i * 3;
        const auto [end, ec] = std::from_chars(at, at + 2, out.bytes[i], 16);
        if (ec != std::errc{} || end != at + 2 || (i < 5 && at[2] != ':')) return bad();
    }
    if ((out.bytes[0] & 1U) != 0 || !out) return bad();
    return out;
}

Mac Mac::local(std::uint64_t seed) noexcept {
    Mac out;
    out.bytes[0] = 0x02;
    for (std::size_t i = 0; i < 5; ++i) out.bytes[5 - i] = static_cast<std::uint8_t>(seed >> (8 * i));
    return out;
}

std::string to_string(const Mac& mac) {
    if (!mac) return {};
    char text[18];
    const auto& b = mac.bytes;
    std::snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
    return text;
}

}  // namespace weft
