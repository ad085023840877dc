// SPDX-License-Identifier: Apache-2.0
// From what a requester typed to an object it may use: id, name, SCOPE/NAME (name or id of the partition
// it is in, owner of a partition or instance), or an unambiguous id prefix.
#pragma once

#include "coordinator/service/permit.h"

namespace weft::coordinator {

// Looked up among what the principal may see: what it may not see does not exist. not_found; conflict naming
// the candidates when several fit.
template <class T>
[[nodiscard]] Result<Ptr<T>> resolve(const Cloud& cloud, const Principal& principal, std::string_view ref,
                                     std::string_view field);

// The same for a kind known at run time only.
[[nodiscard]] Result<Object> resolve(const Cloud& cloud, const Principal& principal, Kind kind,
                                     std::string_view ref);

}  // namespace weft::coordinator
