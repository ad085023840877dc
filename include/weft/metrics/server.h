// SPDX-License-Identifier: Apache-2.0
// `GET /metrics` over HTTP, on the daemon's own thread. Nothing that comes in can hold it up: few connections
// at once, each for one small request within seconds, and the answers take a bounded share of the thread's
// time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "weft/net/endpoint.h"

namespace weft::metrics {

class Server : public std::enable_shared_from_this<Server> {
public:
    // What a scrape answers.
    using Collect = std::function<std::string()>;

    static constexpr unsigned most_connections = 16;
    static constexpr std::size_t most_header = 8192;  // bytes
    static constexpr std::chrono::seconds patience{5};

    // Serves until stop() or the end of the io_context; port 0: any free one. Whatever `collect` uses must
    // outlive that.
    [[nodiscard]] static Result<std::shared_ptr<Server>> start(boost::asio::io_context& context,
                                                               const Endpoint& endpoint, Collect collect);
    void stop();
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    Server(boost::asio::io_context& context, Collect collect)
        : acceptor_(context), collect_(std::move(collect)) {}

    [[nodiscard]] Result<void> listen(const Endpoint& endpoint);
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);
    boost::asio::awaitable<std::string> collected();

    boost::asio::ip::tcp::acceptor acceptor_;
    Collect collect_;
    unsigned connections_{0};
    std::chrono::steady_clock::time_point due_;  // earliest begin of the next collection
};

}  // namespace weft::metrics
