// SPDX-License-Identifier: Apache-2.0
// `weft status` (row 2.12).
#pragma once

#include "coordinator/api/backend.h"
#include "weft/wire/message/status.h"

namespace weft::coordinator::api {

// Everything for the operator; a customer sees no hosts and only its own operations. More hosts than a frame
// takes go into further parts (flag_multi, ended by done).
void send_status(Backend& backend, const Principal& principal, wire::Channel& channel,
                 std::uint32_t sequence);

}  // namespace weft::coordinator::api
