// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "coordinator/api/answer.h"
#include "coordinator/api/authenticate.h"
#include "coordinator/api/client.h"
#include "coordinator/api/enrolment.h"
#include "coordinator/api/host_report.h"
#include "coordinator/api/login.h"
#include "weft/base/version.h"

namespace weft::coordinator::api {

namespace asio = boost::asio;
using wire::Command;

namespace {

constexpr std::chrono::seconds patience{5};

struct Greeting {
    Principal principal;
    wire::Hello hello;
    std::uint32_t sequence{0};
};

asio::awaitable<Result<wire::Frame>> read_in_time(const wire::Channel::Pointer& channel) {
    asio::steady_timer deadline(channel->executor(), patience);
    deadline.async_wait([weak = std::weak_ptr(channel)](boost::system::error_code cancelled) {
        if (const auto late = weak.lock(); late && !cancelled) late->close();
    });
    co_return co_await channel->read();
}

Result<wire::Hello> check_hello(const wire::Frame& frame) {
    WEFT_TRY(auto hello, wire::unpack<wire::Hello>(frame, Command::hello));
    if (std::min(hello.highest, wire::highest_protocol) >= std::max(hello.lowest, wire::lowest_protocol))
        return hello;
    return Error{ErrorCode::unsupported,
                 fmt::format("no common protocol: you speak {}..{}, this coordinator {}..{}", hello.lowest,
                             hello.highest, wire::lowest_protocol, wire::highest_protocol),
                 "protocol", 0};
}

Result<Greeting> check(const Backend& backend, const wire::Channel& channel, const wire::Frame& frame) {
    WEFT_TRY(auto hello, check_hello(frame));
    WEFT_TRY(auto principal, authenticate(channel.peer(), backend.settings, backend.cloud()));
    return Greeting{std::move(principal), std::move(hello), frame.sequence};
}

asio::awaitable<void> end_with(wire::Channel::Pointer channel, Error error, std::uint32_t sequence) {
    if (error.code != ErrorCode::unreachable) refuse(*channel, error, sequence);
    co_await channel->drained(0);
    channel->close();
}

asio::awaitable<void> serve_host(Backend& backend, wire::Channel::Pointer channel, Greeting greeting) {
    const Id id = greeting.principal.host;
    const auto host = backend.cloud().find<schema::Host>(id);
    const auto allowed = permit(backend.cloud(), greeting.principal, Verb::session, Object{host});
    if (!allowed) co_return co_await end_with(channel, allowed.error(), greeting.sequence);
    if (const auto match = check_underlay(*host, greeting.hello.underlay); !match) {
        log_warning("session", "host {}: {}", host->name, match.error().text);
        backend.table.set_refusal(id, match.error().text);
        co_return co_await end_with(channel, match.error(), greeting.sequence);
    }
    certificate_used(backend, *host, channel->peer().serial);
    take_report(backend, id,
                {greeting.hello.capabilities,
                 greeting.hello.underlay,
                 greeting.hello.underlay_mtu,
                 {},
                 greeting.hello.nics});
    co_await backend.sessions.serve(channel, id, std::move(greeting.hello), greeting.sequence);
}

// A client without a certificate, as the user of its access key.
asio::awaitable<void> serve_key(Backend& backend, wire::Channel::Pointer channel, wire::Frame frame) {
    const auto known = login(backend, *channel, frame);
    if (!known) co_return co_await end_with(channel, known.error(), frame.sequence);
    answer(*channel, Command::ack, wire::Ack{}, frame.sequence);
    const auto client = std::make_shared<Client>(backend, channel, known->principal);
    backend.keys.add(known->key, client);
    co_await client->run();
}

// A peer without a certificate may ask for its first one, or show an access key, and nothing else.
asio::awaitable<void> serve_stranger(Backend& backend, wire::Channel::Pointer channel) {
    const auto frame = co_await read_in_time(channel);
    if (!frame) co_return co_await end_with(channel, frame.error(), 0);
    if (frame->type == static_cast<std::uint16_t>(Command::login))
        co_return co_await serve_key(backend, channel, *frame);
    const auto enrolled = co_await enroll(backend, channel, *frame);
    if (!enrolled) co_return co_await end_with(channel, enrolled.error(), frame->sequence);
    co_await channel->drained(0);
    channel->close();
}

wire::Hello own_hello(const Backend& backend) {
    wire::Hello own;
    own.lowest = wire::lowest_protocol;
    own.highest = wire::highest_protocol;
    own.program = "weft-coordinator " + std::string(version);
    own.cluster = backend.ledger.repository().cluster();
    own.epoch = backend.ledger.repository().epoch();
    own.revision = backend.cloud().revision();
    return own;
}

}  // namespace

asio::awaitable<void> serve(Backend& backend, wire::Channel::Pointer channel) {
    const auto first = co_await read_in_time(channel);
    if (!first) co_return co_await end_with(channel, first.error(), 0);
    const auto greeting = check(backend, *channel, *first);
    if (!greeting) {
        log_warning("api", "a connection is refused: {}", greeting.error().message());
        co_return co_await end_with(channel, greeting.error(), first->sequence);
    }
    if (greeting->principal.role == Role::host) co_return co_await serve_host(backend, channel, *greeting);
    answer(*channel, Command::hello, own_hello(backend), first->sequence);
    if (channel->peer().kind == wire::Identity::Kind::none)
        co_return co_await serve_stranger(backend, channel);
    const auto client = std::make_shared<Client>(backend, channel, greeting->principal);
    co_await client->run();
}

}  // namespace weft::coordinator::api
