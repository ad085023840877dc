// SPDX-License-Identifier: Apache-2.0
// The XDP program of an uplink, held by a pinned link: it stays when the agent ends, and is swapped
// atomically.
#pragma once

#include <string>

#include "agent/datapath/bpf/loader.h"

namespace weft::agent::bpf {

// Attaches, or swaps what our link on the device has. conflict when somebody else's program is there,
// unsupported when the driver has no native XDP.
[[nodiscard]] Result<void> attach_xdp(const std::string& root, std::uint32_t ifindex, const Program& program,
                                      bool generic);
// Fine when there is none.
[[nodiscard]] Result<void> detach_xdp(const std::string& root, std::uint32_t ifindex);

}  // namespace weft::agent::bpf
