// SPDX-License-Identifier: Apache-2.0
// `weft trace`: the packet's way from host to host, each asked in turn (row 8.3).
#pragma once

#include "coordinator/api/backend.h"
#include "weft/wire/message/trace.h"

namespace weft::coordinator::api {

// Errors: a record that is not the principal's, or not attached; a host without a session; what the first
// host says of the request. Packets, with what the underlay shows, are for operators.
[[nodiscard]] boost::asio::awaitable<Result<wire::Trace>> gather_trace(Backend& backend, Principal principal,
                                                                       wire::TraceRequest request);

}  // namespace weft::coordinator::api
