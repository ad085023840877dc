// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/listener.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coordinator/api/connection.h"
#include "weft/base/log.h"

namespace weft::coordinator::api {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using unix_stream = asio::local::stream_protocol;

namespace {

constexpr std::chrono::seconds handshake_time{5};
constexpr int backlog = 4096;

// Out of descriptors or memory: those waiting are taken up a little later.
asio::awaitable<void> pause_after(const error_code& code, const asio::any_io_executor& executor) {
    log_error("api", "a connection is not accepted: {}", code.message());
    asio::steady_timer timer(executor, std::chrono::milliseconds(100));
    error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> handshake(Backend& backend, tcp::socket socket, wire::TlsContext tls) {
    auto channel = co_await wire::Channel::accept_tls(std::move(socket), std::move(tls), handshake_time);
    if (!channel) co_return log_warning("api", "{}", channel.error().message());
    co_await serve(backend, std::move(*channel));
}

}  // namespace

Result<unix_stream::acceptor> listen_unix(asio::io_context& context, const std::string& path) {
    error_code code;
    unix_stream::socket probe(context);
    probe.connect(unix_stream::endpoint(path), code);
    if (!code) return conflict({}, path + ": another process answers there");
    if (code == asio::error::connection_refused) ::unlink(path.c_str());
    unix_stream::acceptor acceptor(context);
    acceptor.open(unix_stream{}, code);
    if (!code) acceptor.bind(unix_stream::endpoint(path), code);
    if (code) return system_error("listen at", path, code.value());
    if (::chmod(path.c_str(), 0666) != 0) return system_error("set the mode of", path, errno);
    acceptor.listen(backlog, code);
    if (code) return system_error("listen at", path, code.value());
    return acceptor;
}

Result<tcp::acceptor> listen_tcp(asio::io_context& context, const Endpoint& endpoint) {
    error_code code;
    const auto address = asio::ip::make_address(to_string(endpoint.address), code);
    const tcp::endpoint at(address, endpoint.port);
    tcp::acceptor acceptor(context);
    if (!code) acceptor.open(at.protocol(), code);
    if (!code) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
    if (!code) acceptor.bind(at, code);
    if (!code) acceptor.listen(backlog, code);
    if (code)
        return system_error("listen at",
                            to_string(endpoint.address) + " port " + std::to_string(endpoint.port),
                            code.value());
    return acceptor;
}

asio::awaitable<void> accept_unix(Backend& backend, unix_stream::acceptor& acceptor) {
    for (;;) {
        error_code code;
        auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, code));
        if (!acceptor.is_open() || code == asio::error::operation_aborted) co_return;
        if (code) {
            co_await pause_after(code, acceptor.get_executor());
            continue;
        }
        auto channel = wire::Channel::accept_unix(std::move(socket));
        if (channel)
            asio::co_spawn(backend.context, serve(backend, std::move(*channel)), asio::detached);
        else
            log_error("api", "{}", channel.error().message());
    }
}

asio::awaitable<void> accept_tls(Backend& backend, tcp::acceptor& acceptor, wire::TlsContext tls) {
    for (;;) {
        error_code code;
        auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, code));
        if (!acceptor.is_open() || code == asio::error::operation_aborted) co_return;
        if (code)
            co_await pause_after(code, acceptor.get_executor());
        else
            asio::co_spawn(backend.context, handshake(backend, std::move(socket), tls), asio::detached);
    }
}

}  // namespace weft::coordinator::api
