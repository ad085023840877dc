// SPDX-License-Identifier: Apache-2.0
#include "weft/net/endpoint.h"

#include <charconv>
#include <string>

namespace weft {

Result<Endpoint> parse_endpoint(std::string_view text) {
    const auto expected = [&] {
        return invalid({}, "ADDRESS:PORT or [ADDRESS]:PORT was expected, not '" + std::string(text) + "'");
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return expected();
    auto host = text.substr(0, colon);
    const auto digits = text.substr(colon + 1);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    Endpoint endpoint;
    const auto address = Address::parse(host);
    if (!address || address->is_v6() != bracketed) return expected();
    endpoint.address = *address;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
    if (error != std::errc{} || stop != digits.data() + digits.size()) return expected();
    return endpoint;
}

}  // namespace weft
