// SPDX-License-Identifier: Apache-2.0
// When an access key opens a connection, and keeps it open.
#pragma once

#include <cstdint>

#include "weft/schema/access_key.h"

namespace weft::coordinator {

[[nodiscard]] bool usable(const schema::AccessKey& key, std::uint64_t now_us);

}  // namespace weft::coordinator
