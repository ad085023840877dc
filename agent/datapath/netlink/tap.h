// SPDX-License-Identifier: Apache-2.0
// A tap device that lives as long as its descriptor.
#pragma once

#include <string>

#include "agent/datapath/netlink/socket.h"

namespace weft::agent::netlink {

struct Tap {
    Fd fd;  // not blocking; each frame behind a virtio_net_hdr
    std::uint32_t ifindex{0};
};

// Made in the caller's network namespace, down. conflict when the name is taken.
[[nodiscard]] Result<Tap> make_tap(Socket& socket, const std::string& name);
// Up, while the host itself says nothing on it: neither ARP nor IPv6.
[[nodiscard]] Result<void> set_up_quietly(Socket& socket, std::uint32_t ifindex);

}  // namespace weft::agent::netlink
