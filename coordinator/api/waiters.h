// SPDX-License-Identifier: Apache-2.0
// Requests that are answered only when hosts have installed their change (row 2.12).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <set>
#include <vector>

#include "coordinator/model/acknowledgements.h"
#include "weft/wire/message/request.h"

namespace weft::coordinator::api {

class Waiters {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    explicit Waiters(const Acknowledgements& hosts) : hosts_(hosts) {}

    // Until all of `hosts` have installed `revision`; with Wait::installed those that are lost (or become so)
    // do not count. The hosts that were still awaited at the deadline: none means success.
    [[nodiscard]] boost::asio::awaitable<std::vector<Id>> installed(std::vector<Id> hosts, Revision revision,
                                                                    wire::Wait wait, Deadline deadline);
    // Something about the host changed.
    void on_ack(Id host);

private:
    struct Waiter {
        std::set<Id> hosts;
        Revision revision{0};
        wire::Wait wait{wire::Wait::installed};
        boost::asio::steady_timer timer;
    };
    [[nodiscard]] bool done(const Waiter& waiter, Id host) const;

    const Acknowledgements& hosts_;
    std::list<Waiter> waiters_;
};

}  // namespace weft::coordinator::api
