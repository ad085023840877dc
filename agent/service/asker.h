// SPDX-License-Identifier: Apache-2.0
// Where a question to the agent comes from: device, VLAN, and as far as it says so who asks.
#pragma once

#include <cstdint>

#include "weft/net/address.h"
#include "weft/net/mac.h"

namespace weft::agent {

struct Asker {
    std::uint32_t ifindex{0};
    std::uint32_t vlan{0};  // 802.1Q tag, 0 none
    Mac mac;
    Address address;  // unset: it has none yet
};

}  // namespace weft::agent
