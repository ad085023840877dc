// SPDX-License-Identifier: Apache-2.0
// The schema of the database, as the numbered steps that lead to it.
#pragma once

#include <cstddef>

#include "coordinator/store/sqlite_statement.h"

namespace weft::coordinator::sqlite {

// Marks the file as weft's (PRAGMA application_id): "weft".
inline constexpr int application_id = 0x77656674;

// The schema this program writes: the number of steps it knows.
[[nodiscard]] int newest_schema() noexcept;

// Refuses a file of another program or of a newer schema, naming it; changes nothing.
[[nodiscard]] Result<void> check_schema(const Database& database);

// Runs the steps that are missing, each in its own transaction.
[[nodiscard]] Result<void> migrate(const Database& database);

}  // namespace weft::coordinator::sqlite
