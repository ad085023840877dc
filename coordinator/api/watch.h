// SPDX-License-Identifier: Apache-2.0
// One client's watch.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>

#include "coordinator/service/filter.h"
#include "coordinator/service/service.h"
#include "weft/wire/channel.h"

namespace weft::coordinator::api {

class Watch : public std::enable_shared_from_this<Watch> {
public:
    static constexpr std::size_t most_pending = 4096;       // objects
    static constexpr std::size_t most_queued = 256U << 10;  // bytes not yet handed to the kernel

    Watch(wire::Channel::Pointer channel, Service& service, Principal principal, wire::WatchRequest request,
          std::uint32_t sequence)
        : channel_(std::move(channel)),
          service_(service),
          principal_(std::move(principal)),
          request_(std::move(request)),
          sequence_(sequence) {}

    // All present objects, or the changes after request.from. not_found: the feed does not reach back so far.
    [[nodiscard]] Result<void> start(Ledger& ledger);
    void add(Revision revision, const Change& change);
    // Sends what is pending, as far as the client reads.
    void pump();
    [[nodiscard]] bool uses(const wire::Channel& channel) const noexcept {
        return channel_.get() == &channel;
    }

private:
    [[nodiscard]] Result<void> add_feed(Repository& repository, Revision to);
    [[nodiscard]] std::optional<Bytes> shown(const Object& object) const;
    boost::asio::awaitable<void> send_present();

    wire::Channel::Pointer channel_;
    Service& service_;
    Principal principal_;
    wire::WatchRequest request_;
    std::uint32_t sequence_;

    std::unordered_map<Id, wire::Change> pending_;
    std::deque<Id> order_;  // of pending_
    bool lagged_{false};
    bool busy_{false};  // the present objects are being sent, or the client has to read first
};

}  // namespace weft::coordinator::api
