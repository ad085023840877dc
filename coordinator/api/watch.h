// SPDX-License-Identifier: Apache-2.0
// One client's watch.
#pragma once

#include <list>
#include <memory>
#include <span>
#include <unordered_map>

#include "coordinator/service/query/filter.h"
#include "coordinator/service/service.h"
#include "weft/wire/channel.h"
#include "weft/wire/message/watch.h"

namespace weft::coordinator::api {

class Watch : public std::enable_shared_from_this<Watch> {
public:
    static constexpr std::size_t most_pending = 4096;       // objects
    static constexpr std::size_t most_queued = 256U << 10;  // bytes not yet handed to the kernel

    Watch(wire::Channel::Pointer channel, Ledger& ledger, Service& service, Principal principal,
          wire::WatchRequest request, std::uint32_t sequence)
        : channel_(std::move(channel)),
          ledger_(ledger),
          service_(service),
          principal_(std::move(principal)),
          request_(std::move(request)),
          sequence_(sequence) {}

    // All present objects, or the changes after request.from. not_found: the feed does not reach back so far,
    // or there is no such revision (a store that was set back): watch from 0.
    [[nodiscard]] Result<void> start();
    // A revision that was committed now.
    void add(Revision revision, std::span<const Change> changes);
    // Sends what is pending, as far as the client reads.
    void pump();
    // Changes were left out.
    std::function<void()> on_overflow;
    [[nodiscard]] bool uses(const wire::Channel& channel) const noexcept {
        return channel_.get() == &channel;
    }

private:
    struct Pending {
        Id id;
        wire::Change change;
    };

    void take(Revision revision, const Change& change);
    void take_record_of(Revision revision, const Change& attachment);
    void put(Id id, wire::Change notice);
    [[nodiscard]] std::optional<Bytes> shown(const Object& object) const;
    void send_first();
    boost::asio::awaitable<void> send_present();
    boost::asio::awaitable<void> send_feed(std::vector<StoredChange> changes);

    wire::Channel::Pointer channel_;
    Ledger& ledger_;
    Service& service_;
    Principal principal_;
    wire::WatchRequest request_;
    std::uint32_t sequence_;

    // The latest change of each object, in the order of revisions: whoever has seen one of a revision has
    // seen all of earlier ones.
    std::list<Pending> pending_;
    std::unordered_map<Id, std::list<Pending>::iterator> place_;
    Revision fed_{0};        // the feed's newest revision that was taken
    bool from_feed_{false};  // new revisions are taken from the feed, too
    bool lagged_{false};
    bool busy_{false};  // the present objects are being sent, or the client has to read first
};

}  // namespace weft::coordinator::api
