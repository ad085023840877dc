// SPDX-License-Identifier: Apache-2.0
// What remains of a changing request once it is durable: waiting as its options say.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "coordinator/api/backend.h"
#include "weft/wire/message/ack.h"

namespace weft::coordinator::api {

// Waits for the operation to end and for the hosts concerned; the answer then says how long it took, which
// hosts are lost, what failed. Timeout: ErrorCode::timeout, the change goes on.
[[nodiscard]] boost::asio::awaitable<wire::Ack> complete(Backend& backend, Principal principal,
                                                         wire::Options options, wire::Ack ack);

}  // namespace weft::coordinator::api
