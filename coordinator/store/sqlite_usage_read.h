// SPDX-License-Identifier: Apache-2.0
// Reads the ledger of usage over a connection of its own.
#pragma once

#include "coordinator/store/usage.h"
#include "weft/base/result.h"

namespace weft::coordinator::sqlite {

[[nodiscard]] Result<UsagePage> read_usage(const std::string& file, const char* vfs, const UsageQuery& query);

}  // namespace weft::coordinator::sqlite
