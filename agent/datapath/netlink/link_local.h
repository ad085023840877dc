// SPDX-License-Identifier: Apache-2.0
// Links that the host itself takes no part in.
#pragma once

#include "agent/datapath/netlink/socket.h"

namespace weft::agent::netlink {

// No IPv6 link-local address on the device.
[[nodiscard]] Result<void> disable_link_local(Socket& socket, std::uint32_t ifindex);

}  // namespace weft::agent::netlink
