// SPDX-License-Identifier: Apache-2.0
// The crafted packet of a trace. Pure.
#pragma once

#include <string>

#include "weft/schema/desired.h"
#include "weft/wire/message/trace.h"

namespace weft::agent {

// An Ethernet frame as the port's instance would send it: IPv4 or IPv6 (RFC 791, 8200), TCP with SYN, UDP,
// ICMP, or another protocol with a bare payload. Errors name the field: an address that is not the record's
// (unless its check is off), families that differ, ports for a protocol that has none.
[[nodiscard]] Result<std::string> probe_packet(const schema::Port& port, const wire::TraceRequest& request);

}  // namespace weft::agent
