// SPDX-License-Identifier: Apache-2.0
// The agent's local socket: status, counters, live packets and captures, for root and for the agent's own
// user.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <string>

#include "agent/report/capture.h"
#include "agent/report/monitor.h"

namespace weft::agent {

class LocalServer {
public:
    struct Handlers {
        std::function<wire::Status()> status;
        std::function<Result<std::vector<wire::Counters>>(const std::string& record)> counters;
    };

    LocalServer(boost::asio::io_context& context, Handlers handlers, Monitor& monitor, Capture& capture)
        : acceptor_(context), handlers_(std::move(handlers)), monitor_(monitor), capture_(capture) {}

    // conflict: a running agent answers there. A socket that nobody answers is replaced.
    [[nodiscard]] Result<void> listen(const std::string& path);
    // Serves until stop().
    [[nodiscard]] boost::asio::awaitable<void> run();
    void stop();

private:
    boost::asio::awaitable<void> tell_losses(wire::Channel::Pointer channel);
    boost::asio::awaitable<void> serve(wire::Channel::Pointer channel);
    Result<void> answer(const wire::Channel::Pointer& channel, const wire::Frame& frame);

    boost::asio::local::stream_protocol::acceptor acceptor_;
    Handlers handlers_;
    Monitor& monitor_;
    Capture& capture_;
};

}  // namespace weft::agent
