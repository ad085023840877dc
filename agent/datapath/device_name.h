// SPDX-License-Identifier: Apache-2.0
// The names of instances' devices in the host's network namespace.
#pragma once

#include <string>

#include "weft/schema/desired.h"

namespace weft::agent {

// The port's device, or for a port with a netns the host's end of the veth pair that weft makes: "weft" and
// 11 hex digits of the attachment's id.
[[nodiscard]] std::string device_name(const schema::Port& port);
[[nodiscard]] bool made_by_weft(const std::string& device);

}  // namespace weft::agent
