// SPDX-License-Identifier: Apache-2.0
// The sockets that connections come from.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "coordinator/api/backend.h"
#include "weft/wire/tls.h"

namespace weft::coordinator::api {

// A socket at `path`, for everyone on this machine (what one may do follows from the uid). A socket left by a
// process that ended is replaced; one that answers is an error.
[[nodiscard]] Result<boost::asio::local::stream_protocol::acceptor> listen_unix(
    boost::asio::io_context& context, const std::string& path);
[[nodiscard]] Result<boost::asio::ip::tcp::acceptor> listen_tcp(boost::asio::io_context& context,
                                                                const Endpoint& endpoint);

// Each serves connections until the acceptor is closed.
[[nodiscard]] boost::asio::awaitable<void> accept_unix(
    Backend& backend, boost::asio::local::stream_protocol::acceptor& acceptor);
[[nodiscard]] boost::asio::awaitable<void> accept_tls(Backend& backend,
                                                      boost::asio::ip::tcp::acceptor& acceptor,
                                                      wire::TlsContext tls);

}  // namespace weft::coordinator::api
