// SPDX-License-Identifier: Apache-2.0
// Completes what a store of an older version lacks, once, before anything else uses the cloud.
#pragma once

#include "coordinator/service/commit/ledger.h"

namespace weft::coordinator {

// Partitions get their default group and main route table, records without groups are put into it.
// Interrupted, it goes on at the next start.
[[nodiscard]] Result<void> upgrade(Ledger& ledger, std::uint64_t now_us);

}  // namespace weft::coordinator
