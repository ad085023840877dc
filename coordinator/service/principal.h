// SPDX-License-Identifier: Apache-2.0
// Who asks, as the connection's authentication found it (api).
#pragma once

#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/base/result.h"

namespace weft::coordinator {

enum class Role : std::uint8_t { nobody = 0, operator_ = 1, customer = 2, host = 3 };

struct Principal {
    std::string name;
    Role role{Role::nobody};
    Id host{};  // of Role::host
    std::vector<std::string> groups{};
    Id scaling_rule{};  // that acts for its owner

    // As the audit log names it.
    [[nodiscard]] std::string audited() const { return scaling_rule ? to_string(scaling_rule) : name; }
    [[nodiscard]] bool is_operator() const noexcept { return role == Role::operator_; }
};

// Whether the role may send client requests at all. Hosts and nobody may not: deny by default.
[[nodiscard]] Result<void> may_request(const Principal& principal);

// Whether the list names the principal, one of its groups or its role (schema/principal_list.h).
[[nodiscard]] bool is_listed(const std::vector<std::string>& entries, const Principal& principal);

}  // namespace weft::coordinator
