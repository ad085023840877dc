// SPDX-License-Identifier: Apache-2.0
// What is there, as a document that apply accepts.
#pragma once

#include "coordinator/cli/apply/universe.h"

namespace weft::cli {

// Fields that a client may set and that are not at their defaults, references by name. Applied to an empty
// coordinator it makes the same; applied to this one it changes nothing.
[[nodiscard]] Result<schema::Value> export_document(const Present& present);

}  // namespace weft::cli
