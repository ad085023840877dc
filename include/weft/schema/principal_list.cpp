// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/principal_list.h"

#include <algorithm>

namespace weft::schema {
namespace {

bool is_entry(std::string_view entry) {
    if (entry == "role:customer" || entry == "role:operator") return true;
    constexpr std::string_view group = "group:";
    if (entry.starts_with(group)) entry.remove_prefix(group.size());
    return is_principal_word(entry);
}

}  // namespace

bool is_principal_word(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 255 && std::ranges::none_of(text, [](unsigned char c) {
        return c <= ' ' || c == 0x7f || c == ',' || c == ':';
    });
}

Result<void> check_principals(const std::vector<std::string>& entries, std::string_view field) {
    for (auto at = entries.begin(); at != entries.end(); ++at) {
        const auto place = std::string(field) + '[' + std::to_string(at - entries.begin()) + ']';
        if (!is_entry(*at))
            return invalid(place, "'" + *at +
                                      "' is not the name of a principal, group:NAME, role:customer or "
                                      "role:operator");
        if (std::find(entries.begin(), at, *at) != at) return invalid(place, "'" + *at + "' is given twice");
    }
    return {};
}

}  // namespace weft::schema
