// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/watcher.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coordinator/api/watch.h"

namespace weft::coordinator::api {

namespace asio = boost::asio;

Result<void> Watchers::add(wire::Channel::Pointer channel, Principal principal, wire::WatchRequest request,
                           std::uint32_t sequence) {
    WEFT_TRY(const auto allowed, service_.ask(principal, Verb::see, request.kind));
    static_cast<void>(allowed);
    WEFT_TRY(const auto valid, Filter::make(ledger_.cloud(), principal, request.kind, request.filters));
    static_cast<void>(valid);
    const auto watch = std::make_shared<Watch>(std::move(channel), ledger_, service_, std::move(principal),
                                               std::move(request), sequence);
    watch->on_overflow = [this] { ++overflows_; };
    WEFT_CHECK(watch->start());
    watches_.push_back(watch);
    return {};
}

void Watchers::forget(const wire::Channel& channel) {
    std::erase_if(watches_, [&](const auto& watch) { return watch->uses(channel); });
}

void Watchers::publish(Revision revision, std::span<const Change> changes) {
    for (const auto& watch : watches_) {
        watch->add(revision, changes);
        watch->pump();
    }
    for (auto& timer : waiting_) timer.cancel();
}

asio::awaitable<bool> Watchers::changed(std::chrono::steady_clock::time_point deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const auto at = waiting_.emplace(waiting_.end(), executor, deadline);
    boost::system::error_code cancelled;
    co_await at->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    waiting_.erase(at);
    co_return static_cast<bool>(cancelled);
}

}  // namespace weft::coordinator::api
