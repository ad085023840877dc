// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/capability.h"

#include <algorithm>
#include <string_view>

namespace weft::coordinator {
namespace {

constexpr std::size_t longest = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool is_name(std::string_view text) {
    return !text.empty() && is_lower(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

// 1 to 9999, without leading zeros: versions are compared as they are written.
bool is_version(std::string_view text) {
    return !text.empty() && text.size() <= 4 && text.front() != '0' && std::ranges::all_of(text, is_digit);
}

bool is_well_formed(std::string_view text) {
    if (text.size() > longest) return false;
    if (const auto slash = text.find('/'); slash != std::string_view::npos)
        return is_name(text.substr(0, slash)) && is_version(text.substr(slash + 1));
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return is_name(text);
    const auto device = text.substr(colon + 1);
    return is_name(text.substr(0, colon)) && !device.empty() &&
           std::ranges::all_of(device, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Result<void> check_capabilities(const std::vector<std::string>& capabilities) {
    for (auto at = capabilities.begin(); at != capabilities.end(); ++at) {
        if (!is_well_formed(*at))
            return invalid("capabilities",
                           "'" + *at +
                               "' is no capability: expected FRAMEWORK/VERSION, e.g. vxlan/1, or "
                               "a feature, e.g. redirect-peer");
        if (std::find(capabilities.begin(), at, *at) != at)
            return invalid("capabilities", "'" + *at + "' is given twice");
    }
    return {};
}

}  // namespace weft::coordinator
