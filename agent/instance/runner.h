// SPDX-License-Identifier: Apache-2.0
// Keeps every instance with a driver as the coordinator wants it: one conversation an instance, through
// weft-instance-helper, which may run the drivers. Nothing is kept over a restart: drivers say what there is.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "agent/instance/protocol.h"
#include "agent/state/desired_set.h"
#include "weft/wire/message/session.h"

namespace weft::agent {

class InstanceRunner {
public:
    // `helper`: the socket; empty: instances with a driver fail.
    InstanceRunner(boost::asio::io_context& context, std::string helper);

    // What is to be here now. `missing`: keys of ports that are not installed. An instance that is not wanted
    // any more is terminated.
    void update(const DesiredSet& desired, const std::set<std::string>& missing);
    // Neither is anything to be here, nor is anything being terminated.
    [[nodiscard]] bool empty() const { return guests_.empty(); }
    // What there is to be said of each instance, until it is gone.
    [[nodiscard]] std::vector<wire::InstanceReport> reports() const;

    // reports() says something else.
    std::function<void()> on_change;

private:
    struct Guest;

    [[nodiscard]] static std::optional<DriverVerb> due(const Guest& guest);
    boost::asio::awaitable<void> follow(std::shared_ptr<Guest> guest);
    boost::asio::awaitable<void> ask(Guest& guest, DriverVerb verb);
    boost::asio::awaitable<Result<DriverRan>> run(RunDriver request);
    void report(Guest& guest);

    boost::asio::io_context& context_;
    std::string helper_;
    std::map<std::string, std::shared_ptr<Guest>> guests_;
};

}  // namespace weft::agent
