// SPDX-License-Identifier: Apache-2.0
// Our one filter at a device's tc ingress: clsact, direct action, a fixed priority and handle, a name by
// which it is known again. Filters of others stay where they are.
#pragma once

#include <optional>

#include "agent/datapath/netlink/socket.h"

namespace weft::agent::netlink {

struct Filter {
    std::string name;          // of the program, as given to put_filter
    std::uint32_t program{0};  // the kernel's id

    friend bool operator==(const Filter&, const Filter&) = default;
};

// Our filter on the device, if it is there. conflict when somebody else's is in its place.
[[nodiscard]] Result<std::optional<Filter>> find_filter(Socket& socket, std::uint32_t ifindex);
// Adds it, or swaps its program atomically: each packet meets the old or the new one. `name` is at most 32
// bytes.
[[nodiscard]] Result<void> put_filter(Socket& socket, std::uint32_t ifindex, int program,
                                      const std::string& name);
// Fine when it is not there.
[[nodiscard]] Result<void> remove_filter(Socket& socket, std::uint32_t ifindex);

}  // namespace weft::agent::netlink
