// SPDX-License-Identifier: Apache-2.0
// What a DHCPv6 client of one record is told (RFC 8415, 18.3). As with DHCPv4 there is nothing to keep: the
// record's addresses are its own, so each answer follows from the port alone. The server's DUID is made of
// the phantom router's MAC, so that a client that moved renews with its new host. Pure.
#pragma once

#include "agent/service/dhcp6_message.h"
#include "weft/schema/desired.h"

namespace weft::agent::dhcp6 {

// The answer to the instance of `port`, valid for `lease` seconds; nothing to what a server does not answer
// (a message to another server, one that confirms nothing). Refused: a subnet without an IPv6 range, what
// section 16 has a server discard, a question whose answer would exceed IPv6's least MTU.
[[nodiscard]] Result<std::optional<Message>> answer(const Message& request, const schema::Port& port,
                                                    std::uint32_t lease);

}  // namespace weft::agent::dhcp6
