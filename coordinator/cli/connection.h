// SPDX-License-Identifier: Apache-2.0
// One connection to a coordinator or an agent's local socket: frames out, frames in, each with a deadline.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "coordinator/cli/settings.h"
#include "weft/wire/frame.h"
#include "weft/wire/message/hello.h"

namespace weft::cli {

class Connection {
public:
    using Timeout = std::chrono::milliseconds;

    // Connects and exchanges the hellos. unreachable: nobody answers, with what to check; refused: the
    // certificate or access key, or no protocol in common.
    [[nodiscard]] static Result<Connection> open(const Target& target);
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    // Sends with a sequence of its own, which it returns.
    std::uint32_t send(wire::Frame frame);
    // The next frame with this sequence; ErrorCode::timeout when none comes in time, after which the
    // connection is of no use. A timeout of zero waits for ever.
    [[nodiscard]] Result<wire::Frame> read(std::uint32_t sequence, Timeout timeout);
    // Sends with the sequence that it has.
    void send_as(const wire::Frame& frame);
    // SIGINT and SIGTERM send this, with the sequence that it has, instead of ending the program: the first
    // of them, while read() waits.
    void send_at_signal(wire::Frame frame);
    // Calls `fn` while a read waits: once, at the end of `duration` (0: none) or at SIGINT or SIGTERM, which
    // then do not end the process. The result does it at once.
    [[nodiscard]] std::function<void()> on_interrupt(Timeout duration, std::function<void()> fn);

private:
    struct Impl;
    [[nodiscard]] Result<void> log_in(const wire::LoginRequest& request);
    explicit Connection(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::cli
