// SPDX-License-Identifier: Apache-2.0
#include "weft/net/icmp.h"

#include <charconv>

namespace weft {
namespace {

std::optional<std::uint8_t> number(std::string_view text) {
    std::uint8_t out = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

}  // namespace

Result<Icmp> Icmp::parse(std::string_view text) {
    const auto slash = text.find('/');
    Icmp out{number(text.substr(0, slash)), std::nullopt};
    if (slash != std::string_view::npos) out.code = number(text.substr(slash + 1));
    if (!out.type || (slash != std::string_view::npos && !out.code))
        return invalid("", "'" + std::string(text) + "' is not an ICMP type: expected e.g. 8 or 3/4");
    return out;
}

std::string to_string(const Icmp& icmp) {
    if (!icmp) return {};
    const auto type = std::to_string(*icmp.type);
    return icmp.code ? type + '/' + std::to_string(*icmp.code) : type;
}

}  // namespace weft
