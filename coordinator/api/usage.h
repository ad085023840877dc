// SPDX-License-Identifier: Apache-2.0
// Usage (row 8.4): hosts' reports into the ledger, and what it says out of it.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "coordinator/api/backend.h"
#include "weft/wire/channel.h"
#include "weft/wire/message/usage.h"

namespace weft::coordinator::api {

// Acknowledged to the host when it is durable; when that fails the host repeats it.
void take_usage(Backend& backend, Id host, const wire::UsageReport& report, wire::Channel::Pointer channel);

// A page, read beside the main thread.
[[nodiscard]] boost::asio::awaitable<Result<UsagePage>> read_usage(Backend& backend, UsageQuery query);
// Each of a size that can be sent; none without lines.
[[nodiscard]] std::vector<wire::Usage> usage_messages(const std::vector<UsageLine>& lines);

}  // namespace weft::coordinator::api
