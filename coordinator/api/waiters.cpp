// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/waiters.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace weft::coordinator::api {

namespace asio = boost::asio;

bool Waiters::done(Id host, Revision revision, wire::Wait wait) const {
    return hosts_.installed(host) >= revision ||
           (wait == wire::Wait::installed && !answers(hosts_.session(host)));
}

asio::awaitable<std::vector<Id>> Waiters::installed(Awaited hosts, wire::Wait wait, Deadline deadline) {
    // Named first: gcc 12 destroys temporaries of an expression with co_await twice.
    const auto executor = co_await asio::this_coro::executor;
    const auto at = waiters_.emplace(waiters_.end(), executor);
    at->hosts = std::move(hosts);
    at->wait = wait;
    std::erase_if(at->hosts, [&](const auto& host) { return done(host.first, host.second, wait); });
    if (!at->hosts.empty()) {
        boost::system::error_code cancelled;
        at->timer.expires_at(deadline);
        co_await at->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    std::vector<Id> missing;
    for (const auto& [host, revision] : at->hosts) missing.push_back(host);
    waiters_.erase(at);
    co_return missing;
}

void Waiters::on_ack(Id host) {
    for (auto& waiter : waiters_) {
        const auto awaited = waiter.hosts.find(host);
        if (awaited == waiter.hosts.end() || !done(host, awaited->second, waiter.wait)) continue;
        waiter.hosts.erase(awaited);
        if (waiter.hosts.empty()) waiter.timer.cancel();
    }
}

}  // namespace weft::coordinator::api
