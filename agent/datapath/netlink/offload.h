// SPDX-License-Identifier: Apache-2.0
// Segmentation offloads of tunnels: an instance that encapsulates by itself must not hand us packets marked
// as encapsulated and still to be segmented, since those cannot be encapsulated a second time.
#pragma once

#include <string>

#include "weft/base/result.h"

namespace weft::agent::netlink {

// Turns them off on a device of the calling thread's network namespace; what is off or fixed stays.
[[nodiscard]] Result<void> disable_tunnel_offloads(const std::string& device);

}  // namespace weft::agent::netlink
