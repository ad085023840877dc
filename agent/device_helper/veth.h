// SPDX-License-Identifier: Apache-2.0
// The two requests of the device helper.
#pragma once

#include "agent/datapath/helper_protocol.h"
#include "weft/base/result.h"

namespace weft::agent {

// Makes or adopts the pair and corrects it. Whether anything was different. not_found: no such namespace;
// conflict: a name is taken by a device that is not ours.
[[nodiscard]] Result<bool> make_veth(const MakeDevice& request);
// Whether there was one. refused: the device is not ours.
[[nodiscard]] Result<bool> remove_veth(const RemoveDevice& request);

}  // namespace weft::agent
