// SPDX-License-Identifier: Apache-2.0
#include "agent/report/local_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>

#include "weft/base/log.h"
#include "weft/base/version.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"
#include "weft/wire/message/hello.h"

namespace weft::agent {

namespace asio = boost::asio;
using boost::system::error_code;
using unix_stream = asio::local::stream_protocol;
using wire::Command;

namespace {

constexpr std::chrono::milliseconds losses_period{500};

template <class T>
Result<void> reply(const wire::Channel::Pointer& channel, Command command, const T& body,
                   const wire::Frame& request, std::uint16_t flags = 0) {
    WEFT_TRY(const auto frame, wire::pack(command, body, request.sequence, flags));
    channel->send(frame);
    return {};
}

void refuse(const wire::Channel::Pointer& channel, const wire::Frame& request, const Error& error) {
    wire::Ack ack;
    ack.code = static_cast<std::uint16_t>(error.code);
    ack.text = error.text;
    ack.field = error.field;
    static_cast<void>(reply(channel, Command::ack, ack, request));  // an ack always fits
}

bool may_ask(const wire::Identity& peer) {
    return peer.kind == wire::Identity::Kind::unix_user && (peer.uid == 0 || peer.uid == geteuid());
}

Result<void> reply_counters(const wire::Channel::Pointer& channel, const wire::Frame& request,
                            const std::vector<wire::Counters>& parts) {
    if (parts.size() == 1) return reply(channel, Command::counters, parts.front(), request);
    for (const auto& part : parts)
        WEFT_CHECK(reply(channel, Command::counters, part, request, wire::flag_multi));
    channel->send(wire::empty_frame(Command::done, request.sequence, wire::flag_multi));
    return {};
}

}  // namespace

Result<void> LocalServer::listen(const std::string& path) {
    error_code code;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), code);
    unix_stream::socket probe{acceptor_.get_executor()};
    const unix_stream::endpoint endpoint{path};
    probe.connect(endpoint, code);
    if (!code) return conflict(path, "another agent answers there");
    ::unlink(path.c_str());
    const auto mask = ::umask(0177);  // the socket is never open to others
    acceptor_.open(endpoint.protocol(), code);
    if (!code) acceptor_.bind(endpoint, code);
    ::umask(mask);
    if (!code) acceptor_.listen(asio::socket_base::max_listen_connections, code);
    if (code) return system_error("listen on", path, code.value());
    return {};
}

asio::awaitable<void> LocalServer::run() {
    while (acceptor_.is_open()) {
        error_code code;
        auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, code));
        if (code == asio::error::operation_aborted) break;
        if (code) {  // out of descriptors: those who hold them must finish first
            log_warning("local", "accept: {}", code.message());
            asio::steady_timer pause{acceptor_.get_executor(), std::chrono::milliseconds{100}};
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, code));
            continue;
        }
        if (auto channel = wire::Channel::accept_unix(std::move(socket)))
            asio::co_spawn(acceptor_.get_executor(), serve(std::move(*channel)), asio::detached);
    }
}

void LocalServer::stop() {
    error_code ignored;
    acceptor_.close(ignored);
}

asio::awaitable<void> LocalServer::serve(wire::Channel::Pointer channel) {
    for (;;) {
        const auto frame = co_await channel->read();
        if (!frame) break;
        const auto answered = may_ask(channel->peer())
                                  ? answer(channel, *frame)
                                  : Result<void>{refused("only root may ask this agent")};
        if (answered) continue;
        refuse(channel, *frame, answered.error());
        if (answered.error().code == ErrorCode::refused) break;
    }
    monitor_.leave(channel);
    capture_.forget(*channel);
    co_await channel->drained(0);
    channel->close();
}

// At once, though no event may come that could tell.
asio::awaitable<void> LocalServer::tell_losses(wire::Channel::Pointer channel) {
    asio::steady_timer timer{acceptor_.get_executor()};
    while (monitor_.tell_losses(channel)) {
        error_code ignored;
        timer.expires_after(losses_period);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

Result<void> LocalServer::answer(const wire::Channel::Pointer& channel, const wire::Frame& frame) {
    switch (static_cast<Command>(frame.type)) {
        case Command::hello: {
            WEFT_TRY(const auto peer, wire::unpack<wire::Hello>(frame, Command::hello));
            if (peer.lowest > wire::highest_protocol || peer.highest < wire::lowest_protocol)
                return Error{ErrorCode::unsupported, "no common protocol", "protocol", 0};
            wire::Hello own;
            own.lowest = wire::lowest_protocol;
            own.highest = wire::highest_protocol;
            own.program = "weft-agent " + std::string(version);
            return reply(channel, Command::hello, own, frame);
        }
        case Command::status: return reply(channel, Command::status, handlers_.status(), frame);
        case Command::counters: {
            WEFT_TRY(const auto request, wire::unpack<wire::CountersRequest>(frame, Command::counters));
            WEFT_TRY(const auto parts, handlers_.counters(request.record));
            return reply_counters(channel, frame, parts);
        }
        case Command::monitor: {
            WEFT_TRY(const auto request, wire::unpack<wire::MonitorRequest>(frame, Command::monitor));
            WEFT_CHECK(monitor_.watch(channel, frame.sequence, request));
            asio::co_spawn(acceptor_.get_executor(), tell_losses(channel), asio::detached);
            return {};
        }
        case Command::done:  // of monitoring
            monitor_.leave(channel);
            channel->send(wire::empty_frame(Command::done, frame.sequence));
            return {};
        case Command::capture: {
            WEFT_TRY(const auto request, wire::unpack<wire::CaptureRequest>(frame, Command::capture));
            return capture_.ask(channel, frame.sequence, request);
        }
        default:
            return Error{ErrorCode::unsupported, "this agent answers status, counters, monitor and capture",
                         "type", 0};
    }
}

}  // namespace weft::agent
