// SPDX-License-Identifier: Apache-2.0
// Opens the database file: alone, undamaged, at the newest schema; or says precisely why not and changes
// nothing.
#pragma once

#include "coordinator/store/sqlite_statement.h"
#include "weft/base/fd.h"

namespace weft::coordinator::sqlite {

struct Opened {
    // Declared first, closed last: closing any descriptor of the file drops SQLite's own locks on it.
    Fd lock;
    Database writer;
    Database reader;
};

// conflict: another coordinator has it; damaged; unsupported: newer schema; invalid: another program's file.
[[nodiscard]] Result<Opened> open(const std::string& file, const char* vfs);

}  // namespace weft::coordinator::sqlite
