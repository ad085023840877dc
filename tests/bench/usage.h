// SPDX-License-Identifier: Apache-2.0
// Reports of usage into the ledger.
#pragma once

#include "coordinator/store/repository.h"

namespace weft::bench {

// Durable reports a second, of 1,000 hosts with 100 attached records each, all of which counted something.
[[nodiscard]] double usage_reports(coordinator::Repository& repository, double seconds);

}  // namespace weft::bench
