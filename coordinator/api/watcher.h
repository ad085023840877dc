// SPDX-License-Identifier: Apache-2.0
// Clients that follow changes (row 1.7). A slow one never holds up a commit: its changes coalesce, the latest
// of each object, and above a bound they are left out, which the next notification says.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <map>
#include <memory>

#include "coordinator/service/service.h"
#include "weft/wire/channel.h"
#include "weft/wire/message/watch.h"

namespace weft::coordinator::api {

class Watch;

class Watchers {
public:
    Watchers(Ledger& ledger, Service& service) : ledger_(ledger), service_(service) {}

    // Starts with what the request asks for. Errors: invalid filters; not_found when its revision is older
    // than the change feed: then it starts from 0.
    [[nodiscard]] Result<void> add(wire::Channel::Pointer channel, Principal principal,
                                   wire::WatchRequest request, std::uint32_t sequence);
    // The connection ended.
    void forget(const wire::Channel& channel);
    [[nodiscard]] std::size_t size() const noexcept { return watches_.size(); }
    // How often a client was told that it had missed changes.
    [[nodiscard]] std::uint64_t overflows() const noexcept { return overflows_; }
    void publish(Revision revision, std::span<const Change> changes);
    // Waits for the next revision; false at the deadline.
    [[nodiscard]] boost::asio::awaitable<bool> changed(std::chrono::steady_clock::time_point deadline);

private:
    Ledger& ledger_;
    Service& service_;
    std::list<std::shared_ptr<Watch>> watches_;
    std::uint64_t overflows_{0};
    std::list<boost::asio::steady_timer> waiting_;
};

}  // namespace weft::coordinator::api
