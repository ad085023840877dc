// SPDX-License-Identifier: Apache-2.0
// What changes of objects mean for the ledger of usage (row 8.4).
#pragma once

#include "coordinator/service/commit/draft.h"

namespace weft::coordinator {

// A record counts from its creation to its deletion; an attachment from when its traffic was first enabled
// until its detach is asked for, moves included.
[[nodiscard]] UsageChanges usage_changes(const Draft& draft, std::span<const Change> changes);

// Of a record that the ledger does not have yet, and of its attachments.
void add_existing(UsageChanges& changes, const Cloud& cloud, const schema::Record& record);

}  // namespace weft::coordinator
