// SPDX-License-Identifier: Apache-2.0
// The IPv6 side of a port's subnet, and its phantom router as the instance sees it on its link. Pure.
#pragma once

#include "weft/schema/desired.h"

namespace weft::agent {

struct Subnet6 {
    Address router;  // unset: the subnet has no IPv6 range
    std::uint32_t length{0};
};

[[nodiscard]] inline Subnet6 subnet6_of(const schema::Port& port) {
    if (port.router.is_v6()) return {port.router, port.prefix_length};
    return {port.router6, port.prefix_length6};
}

// The link-local address that a MAC makes (RFC 4291, appendix A); of the router's MAC it is the same on every
// host, and the packet path answers for it.
[[nodiscard]] inline Address link_local(const Mac& mac) {
    const auto& m = mac.bytes;
    const std::array<std::uint8_t, 16> bytes{
        0xfe, 0x80, 0,    0,    0,    0,    0,   0, static_cast<std::uint8_t>(m[0] ^ 2),
        m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
    return *Address::from_bytes(bytes);
}

}  // namespace weft::agent
