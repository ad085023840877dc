// SPDX-License-Identifier: Apache-2.0
// What the kernel's routing says about the underlay.
#pragma once

#include <span>

#include "agent/datapath/datapath.h"
#include "agent/datapath/netlink/socket.h"

namespace weft::agent::netlink {

// The next hop to `remote` for packets from `source`, one of this host's addresses; `mtu` is the route's, or
// 0 for the device's. unreachable when there is none, or when `remote` is this host itself.
[[nodiscard]] Result<Path> find_path(Socket& socket, const Address& remote, const Address& source);

// Addresses of global scope on a device, in the kernel's order.
[[nodiscard]] Result<std::vector<Address>> addresses_of(Socket& socket, std::uint32_t ifindex);

}  // namespace weft::agent::netlink
