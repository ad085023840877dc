// SPDX-License-Identifier: Apache-2.0
// One question to one host, and its answer: what its programs would do with a packet.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>

#include "weft/base/id.h"
#include "weft/wire/channel.h"
#include "weft/wire/message/trace.h"

namespace weft::coordinator {

class TraceRelay {
public:
    // Errors: what the host refuses with, timeout after five seconds (the first trace loads programs).
    [[nodiscard]] boost::asio::awaitable<Result<wire::TraceHop>> ask(Id host, wire::Channel::Pointer channel,
                                                                     wire::TraceRequest request);
    // A `trace` or an `ack`; what answers no question is ignored.
    [[nodiscard]] Result<void> take(Id host, const wire::Frame& frame);

private:
    struct Question {
        Id host;
        std::optional<Result<wire::TraceHop>> answer;
        boost::asio::steady_timer complete;
    };

    std::uint32_t sequence_{1U << 31U};  // apart from those of other questions to hosts
    std::map<std::uint32_t, std::shared_ptr<Question>> questions_;
};

}  // namespace weft::coordinator
