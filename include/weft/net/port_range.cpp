// SPDX-License-Identifier: Apache-2.0
#include "weft/net/port_range.h"

#include <charconv>

namespace weft {
namespace {

bool number(std::string_view text, std::uint16_t& out) {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    return ec == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Result<PortRange> PortRange::make(std::uint16_t first, std::uint16_t last) {
    if (last == 0) return invalid("", "port 0 is no port");
    if (first > last)
        return invalid("", "port " + std::to_string(first) + " is above " + std::to_string(last));
    return PortRange{first, last};
}

Result<PortRange> PortRange::parse(std::string_view text) {
    const auto dash = text.find('-');
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    if (!number(text.substr(0, dash), first) ||
        !number(dash == std::string_view::npos ? text : text.substr(dash + 1), last))
        return invalid("", "'" + std::string(text) + "' is not a port or range of ports: expected e.g. 443 " +
                               "or 8000-8999");
    return make(first, last);
}

std::string to_string(const PortRange& ports) {
    if (!ports) return {};
    const auto first = std::to_string(ports.first);
    return ports.first == ports.last ? first : first + '-' + std::to_string(ports.last);
}

}  // namespace weft
