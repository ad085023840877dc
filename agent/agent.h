// SPDX-License-Identifier: Apache-2.0
// The agent as systemd runs it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "agent/config/config.h"
#include "agent/flow/collector.h"
#include "agent/flow_log/flow_log.h"
#include "agent/installation.h"
#include "agent/instance/runner.h"
#include "agent/report/local_server.h"
#include "agent/report/monitor.h"
#include "agent/service/services.h"
#include "agent/session/reconnect.h"
#include "weft/metrics/server.h"

namespace weft::agent {

class Agent {
public:
    // Takes over what is installed. `datapath` must outlive it.
    Agent(const Config& config, Datapath& datapath, const Clock& clock);

    // Until SIGTERM or SIGINT, or an error at start. Everything stays installed and forwarding.
    [[nodiscard]] Result<void> run();

private:
    boost::asio::awaitable<void> follow(int descriptor);
    boost::asio::awaitable<void> repair_periodically();
    boost::asio::awaitable<void> collect_flows();
    boost::asio::awaitable<void> close_log_periodically();
    void collect_soon();
    void stop_log();
    boost::asio::awaitable<void> feed_watchdog(std::uint64_t period_us);
    [[nodiscard]] Result<void> serve_metrics();
    void environment_changed();
    void update_instances();
    [[nodiscard]] wire::Status status() const;
    [[nodiscard]] std::uint64_t usage_age() const;

    const Config& config_;
    Datapath& datapath_;
    boost::asio::io_context context_{1};
    Installation installation_;
    InstanceRunner instances_;
    FlowLog flow_log_;
    Collector collector_;
    boost::asio::steady_timer collection_{context_};
    Renewal renewal_;
    Monitor monitor_;
    Capture capture_;
    Reconnect sessions_;
    LocalServer server_;
    Services services_;
    std::shared_ptr<metrics::Server> metrics_;  // null: not served
    std::chrono::steady_clock::time_point started_{std::chrono::steady_clock::now()};
    bool change_pending_{false};
    bool collect_now_{false};  // a whole walk through the flows is due, without rests
    bool close_log_{false};    // and behind it the end of the flow log's interval
};

}  // namespace weft::agent
