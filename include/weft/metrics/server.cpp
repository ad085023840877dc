// SPDX-License-Identifier: Apache-2.0
#include "weft/metrics/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "weft/base/log.h"

namespace weft::metrics {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr int share = 5;  // at most one part in this many of the time goes into collecting

using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

// One of the places that connections have.
struct Place {
    explicit Place(unsigned& count) : taken(count) { ++taken; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { --taken; }
    unsigned& taken;
};

Response made(http::status status, std::string body) {
    Response response{status, 11};
    response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    response.keep_alive(false);
    response.body() = std::move(body);
    response.prepare_payload();
    return response;
}

// Why there is nothing to collect for this request; ok: there is.
http::status judge(const error_code& code, const Request& request) {
    if (code == http::error::header_limit) return http::status::request_header_fields_too_large;
    if (code) return http::status::bad_request;
    if (request.method() != http::verb::get && request.method() != http::verb::head)
        return http::status::method_not_allowed;
    const auto path = request.target().substr(0, request.target().find('?'));
    return path == "/metrics" ? http::status::ok : http::status::not_found;
}

tcp::endpoint endpoint_of(const Endpoint& endpoint) {
    if (endpoint.address.is_v4()) return {asio::ip::address_v4{endpoint.address.v4_value()}, endpoint.port};
    return {asio::ip::address_v6{endpoint.address.mapped()}, endpoint.port};
}

}  // namespace

Result<std::shared_ptr<Server>> Server::start(asio::io_context& context, const Endpoint& endpoint,
                                              Collect collect) {
    const std::shared_ptr<Server> server{new Server(context, std::move(collect))};
    WEFT_CHECK(server->listen(endpoint));
    asio::co_spawn(
        context, [server]() -> asio::awaitable<void> { co_await server->run(); }, asio::detached);
    return server;
}

Result<void> Server::listen(const Endpoint& endpoint) {
    error_code code;
    const auto at = endpoint_of(endpoint);
    acceptor_.open(at.protocol(), code);
    if (!code) acceptor_.set_option(tcp::acceptor::reuse_address(true), code);
    if (!code) acceptor_.bind(at, code);
    if (!code) acceptor_.listen(asio::socket_base::max_listen_connections, code);
    if (code)
        return system_error("listen for metrics on",
                            to_string(endpoint.address) + " port " + std::to_string(endpoint.port),
                            code.value());
    return {};
}

void Server::stop() {
    error_code ignored;
    acceptor_.close(ignored);
}

asio::awaitable<void> Server::run() {
    while (acceptor_.is_open()) {
        error_code code;
        auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, code));
        if (code == asio::error::operation_aborted) break;
        if (code) {  // out of descriptors: those who hold them must finish first
            log_warning("metrics", "accept: {}", code.message());
            asio::steady_timer pause{acceptor_.get_executor(), std::chrono::milliseconds{100}};
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, code));
            continue;
        }
        if (connections_ == most_connections) continue;
        asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), asio::detached);
    }
}

asio::awaitable<void> Server::serve(tcp::socket socket) {
    const auto self = shared_from_this();
    const Place place{connections_};
    beast::tcp_stream stream{std::move(socket)};
    beast::flat_buffer buffer{most_header};
    http::request_parser<http::empty_body> parser;
    parser.header_limit(most_header);
    error_code code;
    stream.expires_after(patience);
    co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, code));
    if (code == beast::error::timeout || code == http::error::end_of_stream) co_return;
    const auto status = judge(code, parser.get());
    std::string body{http::obsolete_reason(status)};
    body += '\n';
    if (status == http::status::ok) {
        auto text = co_await collected();
        body = std::move(text);
    }
    auto response = made(status, std::move(body));
    if (parser.get().method() == http::verb::head) response.body().clear();
    stream.expires_after(patience);
    co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, code));
    stream.socket().shutdown(tcp::socket::shutdown_send, code);
}

// Who asks without a pause waits.
asio::awaitable<std::string> Server::collected() {
    asio::steady_timer rest{acceptor_.get_executor()};
    while (steady_clock::now() < due_) {
        error_code code;
        rest.expires_at(due_);
        co_await rest.async_wait(asio::redirect_error(asio::use_awaitable, code));
    }
    const auto begin = steady_clock::now();
    auto text = collect_();
    const auto end = steady_clock::now();
    due_ = end + (share - 1) * (end - begin);
    co_return text;
}

}  // namespace weft::metrics
