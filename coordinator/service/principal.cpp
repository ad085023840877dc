// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/principal.h"

#include <algorithm>

namespace weft::coordinator {

Result<void> may_request(const Principal& principal) {
    if (principal.role == Role::operator_ || principal.role == Role::customer) return {};
    return refused((principal.name.empty() ? "an unknown principal" : principal.name) +
                   " may not send requests");
}

bool is_listed(const std::vector<std::string>& entries, const Principal& principal) {
    constexpr std::string_view group = "group:";
    return std::ranges::any_of(entries, [&](const std::string& entry) {
        if (entry == "role:operator") return principal.role == Role::operator_;
        if (entry == "role:customer") return principal.role == Role::customer;
        if (entry.starts_with(group))
            return std::ranges::find(principal.groups, std::string_view(entry).substr(group.size())) !=
                   principal.groups.end();
        return entry == principal.name;
    });
}

}  // namespace weft::coordinator
