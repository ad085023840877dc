// SPDX-License-Identifier: Apache-2.0
// The names of instances' devices in the host's network namespace.
#pragma once

#include <string>

#include "weft/schema/desired.h"

namespace weft::agent {

// The port's device, or for a port with a netns, or of a bare server, the host's end of the veth pair that
// weft makes: "weft" and 11 hex digits of the id of the attachment that the pair was made for.
[[nodiscard]] std::string device_name(const schema::Port& port);
[[nodiscard]] bool made_by_weft(const std::string& device);
// Whether `port` rather than `other` is the primary one of those that share a device and a tag: what comes
// without an address is its, and it alone is leased addresses.
[[nodiscard]] bool is_primary(const schema::Port& port, const schema::Port& other);

}  // namespace weft::agent
