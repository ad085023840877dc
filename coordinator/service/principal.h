// SPDX-License-Identifier: Apache-2.0
// Who asks, as the connection's authentication found it (api), and what each role may do (row 1.13).
#pragma once

#include <string>

#include "coordinator/model/cloud.h"

namespace weft::coordinator {

enum class Role : std::uint8_t { nobody = 0, operator_ = 1, customer = 2, host = 3 };

struct Principal {
    std::string name;
    Role role{Role::nobody};
    Id host;  // of Role::host

    [[nodiscard]] bool is_operator() const noexcept { return role == Role::operator_; }
};

// Whether the role may send client requests at all. Hosts and nobody may not: deny by default.
[[nodiscard]] Result<void> may_request(const Principal& principal);

// Whether the principal may see and change the object: the operator all, a customer what it owns: partitions
// and what is inside, instances, attachments of either, its own operations. Hosts are the operator's.
[[nodiscard]] bool owns(const Cloud& cloud, const Principal& principal, const Object& object);

// What only the operator may do; `what` completes "only the operator may ...".
[[nodiscard]] Result<void> operator_only(const Principal& principal, const std::string& what);

}  // namespace weft::coordinator
