// SPDX-License-Identifier: Apache-2.0
// The record that a request names, as far as the principal may see it.
#pragma once

#include <string>

#include "coordinator/api/backend.h"

namespace weft::coordinator::api {

// By id, id prefix or name; not_found, refused or conflict (ambiguous) as for `get`.
[[nodiscard]] Result<Id> find_record(Backend& backend, const Principal& principal, const std::string& ref);

}  // namespace weft::coordinator::api
