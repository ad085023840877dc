// SPDX-License-Identifier: Apache-2.0
// The file of an access key: one line, "KEY SECRET", for its owner's eyes only.
#pragma once

#include <string>

#include "weft/base/result.h"
#include "weft/wire/message/hello.h"

namespace weft::cli {

// refused: others than the file's owner may read it.
[[nodiscard]] Result<wire::LoginRequest> read_access_key(const std::string& path);

}  // namespace weft::cli
