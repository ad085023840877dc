// SPDX-License-Identifier: Apache-2.0
// Chooses what is free: addresses of a subnet, GNIs. A cursor only moves on (and around at the end), so what
// was freed is not reused at once, and requests in flight at the same time get different ones. The claims of
// the store decide; a lost race is a conflict and the verb chooses again.
#pragma once

#include <unordered_map>

#include "coordinator/model/cloud.h"

namespace weft::coordinator {

// Whether an instance may have the address: inside, not the network, router or broadcast address.
[[nodiscard]] bool is_assignable(const schema::Subnet& subnet, const Address& address);

class Chooser {
public:
    // exhausted when every assignable address is taken.
    [[nodiscard]] Result<Address> address(const Cloud& cloud, const schema::Subnet& subnet);
    [[nodiscard]] Result<std::uint32_t> gni(const Cloud& cloud);

private:
    std::unordered_map<std::uint64_t, std::uint64_t> next_offset_;  // by subnet
    std::uint32_t last_gni_{0};
};

}  // namespace weft::coordinator
