// SPDX-License-Identifier: Apache-2.0
// `weft counters`: asks the connected hosts, shows what the principal may see.
#pragma once

#include "coordinator/api/backend.h"
#include "weft/wire/message/status.h"

namespace weft::coordinator::api {

// One message or more, each of a size that can be sent.
[[nodiscard]] boost::asio::awaitable<Result<std::vector<wire::Counters>>> gather_counters(
    Backend& backend, Principal principal, wire::CountersRequest request);

}  // namespace weft::coordinator::api
