// SPDX-License-Identifier: Apache-2.0
// What is there, as a document that apply accepts.
#pragma once

#include "coordinator/cli/apply/universe.h"

namespace weft::cli {

// Fields that a client may set and that are not at their defaults, references by name, objects in the order
// of names. Applied to an empty coordinator it makes the same, whose export is the same text; applied to this
// one it changes nothing. An error: a conflict, when partitions or instances of several owners have one name.
// Access keys are not in it: nobody but their holders has the secrets.
[[nodiscard]] Result<schema::Value> export_document(const Present& present);

}  // namespace weft::cli
