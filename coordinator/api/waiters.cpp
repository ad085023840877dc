// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/waiters.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace weft::coordinator::api {

namespace asio = boost::asio;

bool Waiters::done(const Waiter& waiter, Id host) const {
    return hosts_.installed(host) >= waiter.revision ||
           (waiter.wait == wire::Wait::installed && !answers(hosts_.session(host)));
}

asio::awaitable<std::vector<Id>> Waiters::installed(std::vector<Id> hosts, Revision revision, wire::Wait wait,
                                                    Deadline deadline) {
    // Named first: gcc 12 destroys temporaries of an expression with co_await twice.
    const auto executor = co_await asio::this_coro::executor;
    const auto at = waiters_.emplace(waiters_.end(), executor);
    at->hosts.insert(hosts.begin(), hosts.end());
    at->revision = revision;
    at->wait = wait;
    std::erase_if(at->hosts, [&](Id host) { return done(*at, host); });
    if (!at->hosts.empty()) {
        boost::system::error_code cancelled;
        at->timer.expires_at(deadline);
        co_await at->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    std::vector<Id> missing(at->hosts.begin(), at->hosts.end());
    waiters_.erase(at);
    co_return missing;
}

void Waiters::on_ack(Id host) {
    for (auto& waiter : waiters_) {
        if (!waiter.hosts.contains(host) || !done(waiter, host)) continue;
        waiter.hosts.erase(host);
        if (waiter.hosts.empty()) waiter.timer.cancel();
    }
}

}  // namespace weft::coordinator::api
