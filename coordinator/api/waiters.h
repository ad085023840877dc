// SPDX-License-Identifier: Apache-2.0
// Requests that are answered only when hosts have installed their change (row 2.12).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <vector>

#include "coordinator/distribution/affected_log.h"
#include "coordinator/model/acknowledgements.h"
#include "weft/wire/message/options.h"

namespace weft::coordinator::api {

class Waiters {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    explicit Waiters(const Acknowledgements& hosts) : hosts_(hosts) {}

    // Until each host has installed its revision; with Wait::installed those that are lost (or become so) do
    // not count. The hosts that were still awaited at the deadline: none means success.
    [[nodiscard]] boost::asio::awaitable<std::vector<Id>> installed(Awaited hosts, wire::Wait wait,
                                                                    Deadline deadline);
    // Something about the host changed.
    void on_ack(Id host);

private:
    struct Waiter {
        explicit Waiter(const boost::asio::any_io_executor& executor) : timer(executor) {}

        Awaited hosts;
        wire::Wait wait{wire::Wait::installed};
        boost::asio::steady_timer timer;
    };
    [[nodiscard]] bool done(Id host, Revision revision, wire::Wait wait) const;

    const Acknowledgements& hosts_;
    std::list<Waiter> waiters_;
};

}  // namespace weft::coordinator::api
