// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coordinator/api/answer.h"
#include "coordinator/api/complete.h"
#include "coordinator/api/counters.h"
#include "coordinator/api/status.h"
#include "coordinator/api/trace.h"
#include "coordinator/api/turn.h"
#include "coordinator/api/usage.h"
#include "coordinator/api/watcher.h"

namespace weft::coordinator::api {

namespace asio = boost::asio;
using wire::Command;

Client::Client(Backend& backend, wire::Channel::Pointer channel, Principal principal)
    : backend_(backend),
      channel_(std::move(channel)),
      principal_(std::move(principal)),
      room_(channel_->executor()) {}

asio::awaitable<void> Client::run() {
    const auto self = shared_from_this();
    for (;;) {
        co_await channel_->drained(most_queued);
        while (under_way_ >= most_under_way) {
            boost::system::error_code cancelled;
            room_.expires_at(asio::steady_timer::time_point::max());
            co_await room_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        }
        const auto frame = co_await channel_->read();
        if (!frame) {
            if (frame.error().code != ErrorCode::unreachable) refuse(*channel_, frame.error(), 0);
            break;
        }
        if (const auto taken = dispatch(*frame); !taken) refuse(*channel_, taken.error(), frame->sequence);
    }
    co_await channel_->drained(0);
    backend_.watchers.forget(*channel_);
    channel_->close();
}

void Client::leave() {
    leaving_ = true;
    backend_.watchers.forget(*channel_);
    if (changes_ == 0) channel_->close();
}

Result<void> Client::dispatch(const wire::Frame& frame) {
    if (leaving_) return refused("the access key is not in force any more");
    switch (static_cast<Command>(frame.type)) {
        case Command::create: return change(frame, &Service::create);
        case Command::modify: return change(frame, &Service::modify);
        case Command::remove: return change(frame, &Service::remove);
        case Command::attach: return change(frame, &Service::attach);
        case Command::detach: return change(frame, &Service::detach);
        case Command::move: return change(frame, &Service::move);
        case Command::failover: return change(frame, &Service::failover);
        case Command::lifecycle: return change(frame, &Service::lifecycle);
        case Command::get: return get(frame);
        case Command::list: return list(frame);
        case Command::watch: return watch(frame);
        case Command::ready: return ready(frame);
        case Command::token:
        case Command::revoke:
        case Command::confirm: return host_command(frame);
        case Command::status: return status(frame);
        case Command::counters: return counters(frame);
        case Command::trace: return trace(frame);
        case Command::usage: return usage(frame);
        default:
            return Error{ErrorCode::unsupported,
                         "message " + std::to_string(frame.type) + " is no request of a client", "type", 0};
    }
}

void Client::end() {
    --under_way_;
    room_.cancel();
}

void Client::spawn(asio::awaitable<void> work) {
    begin();
    asio::co_spawn(
        channel_->executor(),
        [self = shared_from_this(), work = std::move(work)]() mutable -> asio::awaitable<void> {
            co_await std::move(work);
            self->end();
        },
        asio::detached);
}

template <class Request>
Result<void> Client::change(const wire::Frame& frame,
                            void (Service::*verb)(const Principal&, const Request&, Service::Done)) {
    WEFT_TRY(const auto request, wire::decode<Request>(frame.payload));
    begin();
    ++changes_;
    (backend_.service.*verb)(
        principal_, request,
        [self = shared_from_this(), options = request.options, sequence = frame.sequence](wire::Ack ack) {
            self->spawn(self->send_completed(options, std::move(ack), sequence));
            self->end();
        });
    return {};
}

asio::awaitable<void> Client::send_completed(wire::Options options, wire::Ack ack, std::uint32_t sequence) {
    const auto completed = co_await complete(backend_, principal_, options, std::move(ack));
    answer(*channel_, Command::ack, completed, sequence);
    if (--changes_ > 0 || !leaving_) co_return;
    co_await channel_->drained(0);
    channel_->close();
}

Result<void> Client::get(const wire::Frame& frame) {
    WEFT_TRY(const auto request, wire::decode<wire::GetRequest>(frame.payload));
    WEFT_TRY(const auto object, backend_.service.get(principal_, request));
    answer(*channel_, Command::object, object, frame.sequence);
    return {};
}

Result<void> Client::list(const wire::Frame& frame) {
    WEFT_TRY(auto request, wire::decode<wire::ListRequest>(frame.payload));
    spawn(send_list(std::move(request), frame.sequence));
    return {};
}

asio::awaitable<void> Client::send_list(wire::ListRequest request, std::uint32_t sequence) {
    const bool limited = request.limit != 0;
    for (bool goes_on = false;; goes_on = true) {
        const auto page = backend_.service.list(principal_, request, goes_on);
        if (!page) co_return refuse(*channel_, page.error(), sequence);
        for (const auto& object : page->objects)
            answer(*channel_, Command::object, object, sequence, wire::flag_multi);
        request.limit -= limited ? static_cast<std::uint32_t>(page->objects.size()) : 0;
        if (!page->more || (limited && request.limit == 0) || channel_->closed()) break;
        request.after = to_string(page->last);
        co_await others(channel_->executor());
        co_await channel_->drained(most_queued / 2);
    }
    channel_->send(wire::empty_frame(Command::done, sequence, wire::flag_multi));
}

Result<void> Client::watch(const wire::Frame& frame) {
    WEFT_TRY(auto request, wire::decode<wire::WatchRequest>(frame.payload));
    return backend_.watchers.add(channel_, principal_, std::move(request), frame.sequence);
}

Result<void> Client::ready(const wire::Frame& frame) {
    WEFT_TRY(auto request, wire::decode<wire::ReadyRequest>(frame.payload));
    spawn(send_ready(std::move(request), frame.sequence));
    return {};
}

// Asks again with each change of the cloud until all attachments are there or the time is over.
asio::awaitable<void> Client::send_ready(wire::ReadyRequest request, std::uint32_t sequence) {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(request.options.timeout_ms);
    for (;;) {
        auto ack = backend_.service.ready(principal_, request);
        const bool wait = ack.code == static_cast<std::uint16_t>(ErrorCode::conflict) &&
                          request.options.wait != wire::Wait::store && !channel_->closed();
        if (!wait) co_return answer(*channel_, Command::ack, ack, sequence);
        if (!co_await backend_.watchers.changed(deadline)) {
            ack.code = static_cast<std::uint16_t>(ErrorCode::timeout);
            co_return answer(*channel_, Command::ack, ack, sequence);
        }
    }
}

Result<void> Client::host_command(const wire::Frame& frame) {
    WEFT_TRY(const auto request, wire::decode<wire::HostRequest>(frame.payload));
    const auto command = static_cast<Command>(frame.type);
    if (command == Command::confirm) {
        WEFT_TRY(const auto host, backend_.service.confirm(principal_, request));
        if (!backend_.sessions.confirm(host))
            return Error{ErrorCode::unreachable, "host " + request.host + " has no session", "host", 0};
        wire::Ack ack;
        ack.text = "confirmed: host " + request.host + " installs what it held back";
        ack.changed = true;
        answer(*channel_, Command::ack, ack, frame.sequence);
        return {};
    }
    begin();
    auto done = [self = shared_from_this(), command, sequence = frame.sequence](const wire::Ack& ack) {
        schema::Host host;
        if (command == Command::revoke && ack.code == 0 && wire::decode_into(ack.object, host))
            self->backend_.sessions.close(host.id);
        answer(*self->channel_, Command::ack, ack, sequence);
        self->end();
    };
    if (command == Command::token)
        backend_.service.host_token(principal_, request, std::move(done));
    else
        backend_.service.revoke(principal_, request, std::move(done));
    return {};
}

Result<void> Client::status(const wire::Frame& frame) {
    WEFT_TRY(const auto allowed, backend_.service.ask(principal_, Verb::status, Kind::none));
    static_cast<void>(allowed);
    send_status(backend_, principal_, *channel_, frame.sequence);
    return {};
}

Result<void> Client::counters(const wire::Frame& frame) {
    WEFT_TRY(auto request, wire::decode<wire::CountersRequest>(frame.payload));
    spawn(send_counters(std::move(request), frame.sequence));
    return {};
}

asio::awaitable<void> Client::send_counters(wire::CountersRequest request, std::uint32_t sequence) {
    const auto parts = co_await gather_counters(backend_, principal_, std::move(request));
    if (!parts) co_return refuse(*channel_, parts.error(), sequence);
    if (parts->size() == 1) co_return answer(*channel_, Command::counters, parts->front(), sequence);
    for (const auto& part : *parts) answer(*channel_, Command::counters, part, sequence, wire::flag_multi);
    channel_->send(wire::empty_frame(Command::done, sequence, wire::flag_multi));
}

Result<void> Client::trace(const wire::Frame& frame) {
    WEFT_TRY(auto request, wire::decode<wire::TraceRequest>(frame.payload));
    spawn(send_trace(std::move(request), frame.sequence));
    return {};
}

asio::awaitable<void> Client::send_trace(wire::TraceRequest request, std::uint32_t sequence) {
    const auto trace = co_await gather_trace(backend_, principal_, std::move(request));
    if (!trace) co_return refuse(*channel_, trace.error(), sequence);
    answer(*channel_, Command::trace, *trace, sequence);
}

Result<void> Client::usage(const wire::Frame& frame) {
    WEFT_TRY(const auto request, wire::decode<wire::UsageRequest>(frame.payload));
    WEFT_TRY(auto query, backend_.service.usage(principal_, request));
    spawn(send_usage(std::move(query), frame.sequence));
    return {};
}

asio::awaitable<void> Client::send_usage(UsageQuery query, std::uint32_t sequence) {
    for (bool more = true; more && !channel_->closed();) {
        const auto page = co_await read_usage(backend_, query);
        if (!page) co_return refuse(*channel_, page.error(), sequence);
        for (const auto& part : usage_messages(page->lines))
            answer(*channel_, Command::usage, part, sequence, wire::flag_multi);
        query.after = page->next;
        more = page->next.has_value();
        co_await channel_->drained(most_queued / 2);
    }
    channel_->send(wire::empty_frame(Command::done, sequence, wire::flag_multi));
}

}  // namespace weft::coordinator::api
