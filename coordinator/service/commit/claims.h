// SPDX-License-Identifier: Apache-2.0
// The claims that an object holds: they follow from its fields, so a change of claims is a difference.
#pragma once

#include "coordinator/model/object.h"
#include "coordinator/store/repository.h"

namespace weft::coordinator {

// Sorted, each once. `record_of` finds the record of an attachment: an exclusive one is claimed whole.
// `subnet_of` says which subnet an address of a record is of: a subnet's addresses are claimed in it.
using RecordLookup = std::function<Ptr<schema::Record>(Id)>;
using SubnetLookup = std::function<Id(const schema::Record&, const Address&)>;
[[nodiscard]] std::vector<Claim> claims_of(const Object& object, const RecordLookup& record_of,
                                           const SubnetLookup& subnet_of);

}  // namespace weft::coordinator
