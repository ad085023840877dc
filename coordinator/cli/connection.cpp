// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <csignal>
#include <optional>

#include "coordinator/cli/access_key_file.h"
#include "weft/base/version.h"
#include "weft/wire/channel.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"

namespace weft::cli {
namespace {

namespace asio = boost::asio;
constexpr Connection::Timeout connect_timeout{5000};

Error advise(Error error, const std::string& advice) {
    if (error.code == ErrorCode::unreachable) error.text += "; check " + advice;
    return error;
}

Result<std::pair<std::string, std::uint16_t>> split_server(const std::string& server) {
    const auto colon = server.rfind(':');
    std::uint16_t port = 0;
    const char* end = server.data() + server.size();
    if (colon == std::string::npos || colon == 0 ||
        std::from_chars(server.data() + colon + 1, end, port).ptr != end || port == 0)
        return invalid("--server", "'" + server + "' is not HOST:PORT");
    std::string host = server.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return std::pair{host, port};
}

}  // namespace

struct Connection::Impl {
    asio::io_context context{1};
    wire::Channel::Pointer channel;
    asio::signal_set signals{context};
    std::uint32_t sequence{0};

    // Runs `task` to its end, or returns a timeout.
    template <class T>
    Result<T> run(asio::awaitable<Result<T>> task, Timeout timeout) {
        std::optional<Result<T>> out;
        asio::co_spawn(context, std::move(task),
                       [&](const std::exception_ptr&, Result<T> result) { out.emplace(std::move(result)); });
        context.restart();
        const auto deadline = std::chrono::steady_clock::now() + timeout;
        while (!out) {
            const auto ran = timeout.count() == 0 ? context.run_one() : context.run_one_until(deadline);
            if (ran == 0) break;
        }
        if (out) return std::move(*out);
        if (channel) channel->close();
        return Error{ErrorCode::timeout, "no answer in " + std::to_string(timeout.count()) + " ms", {}, 0};
    }

    Result<wire::Channel::Pointer> connect(const Target& target) {
        if (target.server.empty()) return run(wire::Channel::connect_unix(target.socket), connect_timeout);
        WEFT_TRY(const auto where, split_server(target.server));
        if (target.user.empty() && target.access_key.empty())
            return invalid("--server", "needs --user or --access-key");
        const std::string base = target.tls_directory + "/";
        wire::TlsFiles files{base + "ca.pem", {}, {}};
        if (!target.user.empty()) {
            files.certificate = base + target.user + ".pem";
            files.key = base + target.user + ".key";
        }
        WEFT_TRY(auto tls, wire::client_context(files));
        return run(wire::Channel::connect_tls(where.first, where.second, tls, connect_timeout),
                   2 * connect_timeout);
    }
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Connection::~Connection() {
    if (!impl_ || !impl_->channel) return;
    impl_->channel->close();
    impl_->context.restart();
    impl_->context.poll();
}

Result<Connection> Connection::open(const Target& target) {
    const std::string advice =
        target.server.empty()
            ? "that the daemon runs and that " + target.socket + " is its socket (--socket, WEFT_SOCKET)"
            : "that weft-coordinator listens at " + target.server + " and that no firewall is between";
    // What is wrong with the file is said before anybody is asked.
    std::optional<wire::LoginRequest> login;
    if (!target.access_key.empty()) {
        WEFT_TRY(login, read_access_key(target.access_key));
    }
    Connection connection{std::make_unique<Impl>()};
    auto channel = connection.impl_->connect(target);
    if (!channel) return advise(channel.error(), advice);
    connection.impl_->channel = *channel;

    wire::Hello hello;
    hello.lowest = wire::lowest_protocol;
    hello.highest = wire::highest_protocol;
    hello.program = "weft " + std::string(version);
    WEFT_TRY(auto frame, wire::pack(wire::Command::hello, hello));
    const auto answer = connection.read(connection.send(std::move(frame)), connect_timeout);
    if (!answer) return advise(answer.error(), advice);
    if (answer->type == static_cast<std::uint16_t>(wire::Command::ack)) {
        WEFT_TRY(const auto ack, wire::decode<wire::Ack>(answer->payload));
        return Error{static_cast<ErrorCode>(ack.code), ack.text, ack.field, 0};
    }
    WEFT_TRY(const auto theirs, wire::unpack<wire::Hello>(*answer, wire::Command::hello));
    if (theirs.highest < wire::lowest_protocol || theirs.lowest > wire::highest_protocol)
        return refused(theirs.program + " speaks protocols " + std::to_string(theirs.lowest) + ".." +
                       std::to_string(theirs.highest) + ", this program " +
                       std::to_string(wire::lowest_protocol) + ".." + std::to_string(wire::highest_protocol));
    if (login) WEFT_CHECK(connection.log_in(*login));
    return connection;
}

Result<void> Connection::log_in(const wire::LoginRequest& request) {
    WEFT_TRY(auto frame, wire::pack(wire::Command::login, request));
    WEFT_TRY(const auto answer, read(send(std::move(frame)), connect_timeout));
    WEFT_TRY(const auto ack, wire::unpack<wire::Ack>(answer, wire::Command::ack));
    if (ack.code != 0) return Error{static_cast<ErrorCode>(ack.code), ack.text, ack.field, 0};
    return {};
}

std::uint32_t Connection::send(wire::Frame frame) {
    frame.sequence = ++impl_->sequence;
    frame.flags |= wire::flag_request;
    impl_->channel->send(frame);
    return frame.sequence;
}

Result<wire::Frame> Connection::read(std::uint32_t sequence, Timeout timeout) {
    for (;;) {
        WEFT_TRY(auto frame, impl_->run(impl_->channel->read(), timeout));
        if (frame.sequence == sequence) return frame;
    }
}

void Connection::send_as(const wire::Frame& frame) { impl_->channel->send(frame); }

void Connection::send_at_signal(wire::Frame frame) {
    impl_->signals.add(SIGINT);
    impl_->signals.add(SIGTERM);
    impl_->signals.async_wait([impl = impl_.get(), frame = std::move(frame)](auto failed, int) {
        if (failed) return;
        impl->signals.clear();
        impl->channel->send(frame);
    });
}

std::function<void()> Connection::on_interrupt(Timeout duration, std::function<void()> fn) {
    struct Interrupt {
        Interrupt(asio::io_context& context, std::function<void()> call)
            : signals(context, SIGINT, SIGTERM), timer(context), fn(std::move(call)) {}
        void operator()() {
            signals.cancel();
            timer.cancel();
            if (const auto once = std::exchange(fn, {})) once();
        }
        asio::signal_set signals;
        asio::steady_timer timer;
        std::function<void()> fn;
    };
    const auto interrupt = std::make_shared<Interrupt>(impl_->context, std::move(fn));
    const auto act = [interrupt](boost::system::error_code cancelled) {
        if (!cancelled) (*interrupt)();
    };
    interrupt->signals.async_wait([act](boost::system::error_code cancelled, int) { act(cancelled); });
    if (duration.count() != 0) {
        interrupt->timer.expires_after(duration);
        interrupt->timer.async_wait(act);
    }
    return [interrupt] { (*interrupt)(); };
}

}  // namespace weft::cli
