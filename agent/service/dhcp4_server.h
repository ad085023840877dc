// SPDX-License-Identifier: Apache-2.0
// What a client of one record is told (RFC 2131, 4.3). There are no leases to keep: the record's address is
// its own, so each answer follows from the port alone. Pure.
#pragma once

#include <optional>

#include "agent/service/dhcp4_message.h"
#include "weft/schema/desired.h"

namespace weft::agent::dhcp4 {

// The answer to the device of `port`, the lease in seconds; nothing to what a server does not answer (a
// request to another server, decline, release). Refused: another client's hardware address, a relay, a record
// without an IPv4 address, what is no request of RFC 2131.
[[nodiscard]] Result<std::optional<Message>> answer(const Message& request, const schema::Port& port,
                                                    std::uint32_t lease);
// Where the answer goes (RFC 2131, 4.1).
[[nodiscard]] Address destination(const Message& reply);

}  // namespace weft::agent::dhcp4
