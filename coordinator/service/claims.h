// SPDX-License-Identifier: Apache-2.0
// The claims that an object holds: they follow from its fields, so a change of claims is a difference.
#pragma once

#include "coordinator/model/object.h"
#include "coordinator/store/repository.h"

namespace weft::coordinator {

// Sorted, each once. `record_of` finds the record of an attachment: an exclusive one is claimed whole.
using RecordLookup = std::function<Ptr<schema::Record>(Id)>;
[[nodiscard]] std::vector<Claim> claims_of(const Object& object, const RecordLookup& record_of);

}  // namespace weft::coordinator
