// SPDX-License-Identifier: Apache-2.0
#include "agent/agent.h"

#include <net/if.h>
#include <systemd/sd-daemon.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <ctime>
#include <fstream>

#include "agent/report/metrics.h"
#include "agent/report/status_message.h"
#include "weft/base/log.h"

namespace weft::agent {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds repair_period{10};
constexpr std::chrono::seconds collect_period{5};
constexpr std::chrono::milliseconds collect_rest{10};  // between steps of about a millisecond
constexpr int repair_share = 20;  // at most one part in this many of the time goes into repairs

std::uint64_t nanoseconds(clockid_t clock) {
    timespec time{};
    (void)::clock_gettime(clock, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

// The coarse clock is the one that flows are stamped with.
FlowLog::Now now() { return {nanoseconds(CLOCK_MONOTONIC_COARSE), nanoseconds(CLOCK_REALTIME_COARSE)}; }

std::string boot_id() {
    std::string id;
    std::ifstream{"/proc/sys/kernel/random/boot_id"} >> id;
    return id.empty() ? "unknown" : id;
}

std::string interface_name(std::uint32_t ifindex) {
    char name[IF_NAMESIZE] = {};
    return if_indextoname(ifindex, name) == nullptr ? std::string{} : std::string{name};
}

}  // namespace

Agent::Agent(const Config& config, Datapath& datapath, const Clock& clock)
    : config_(config),
      datapath_(datapath),
      installation_(datapath, StateFile{config.state}, config.frameworks, config.flows, config.usage_interval,
                    clock),
      instances_(context_, config.instance_helper),
      flow_log_(config.flow_log, config.state, boot_id(), datapath, now),
      collector_(
          datapath, [this](std::uint64_t attachment) { return installation_.is_here(attachment); },
          [this](const Flow& flow, bool removed) { flow_log_.seen(flow, removed); }),
      renewal_(config.tls, clock),
      monitor_(
          interface_name, [&datapath](weft_event_sort sort) { return datapath.lost_events(sort); },
          [this](const Watched& watched) { installation_.watch(watched); }),
      capture_({[this](Id record, std::uint32_t snaplen, std::uint32_t directions) {
                    return installation_.capture(record, snaplen, directions);
                },
                [&datapath](Id record) { return datapath.lost_captures(record.value); },
                [&datapath] { datapath.drain_captures(); }}),
      sessions_([&config] { return connect_any(config.coordinators, config.tls); }, installation_, renewal_),
      server_(context_,
              {[this] { return status(); },
               [this](const std::string& record) { return installation_.counters(record); }},
              monitor_, capture_),
      services_(
          context_, [&datapath] { return datapath.open_punt(); },
          [this](const Asker& asker) { return installation_.port_at(asker); },
          [this] { return installation_.placed_ports(); }, config.dhcp_lease) {
    datapath.on_change = [this] { environment_changed(); };
    datapath.on_captured = [this](const auto& head, auto bytes) { capture_.on_packet(head, bytes); };
    datapath.on_event = [this](const weft_event& event) { monitor_.on_event(event); };
    installation_.on_change = [this] { sessions_.tell(); };
    installation_.instance_reports = [this] { return instances_.reports(); };
    instances_.on_change = [this] { sessions_.tell(); };
    installation_.on_detach = [this] { collect_soon(); };
    installation_.on_ports = [this] {
        services_.ports_changed();
        update_instances();
        if (flow_log_.update(installation_.desired().of<schema::Port>())) collect_soon();
    };
}

// A port that failed or waits is not there for an instance that is to be launched.
void Agent::update_instances() {
    if (installation_.desired().of<schema::Workload>().empty() && instances_.empty()) return;
    std::set<std::string> missing;
    const auto outcome = installation_.outcome();
    for (const auto& [object, reason] : outcome.failed) missing.insert(object.key);
    for (const auto& [object, reason] : outcome.waiting) missing.insert(object.key);
    instances_.update(installation_.desired(), missing);
}

void Agent::collect_soon() {
    collect_now_ = true;
    collection_.cancel();
}

Result<void> Agent::run() {
    WEFT_CHECK(server_.listen(config_.socket));
    WEFT_CHECK(serve_metrics());
    flow_log_.start();
    WEFT_CHECK(installation_.adopt());
    asio::signal_set signals{context_, SIGTERM, SIGINT};
    signals.async_wait([this](error_code code, int signal) {
        if (code) return;
        log_info("agent", "stopping on signal {}: everything stays installed", signal);
        sd_notify(0, "STOPPING=1");
        sessions_.stop();
        server_.stop();
        if (metrics_) metrics_->stop();
        context_.stop();
    });
    for (const int descriptor : datapath_.descriptors())
        asio::co_spawn(context_, follow(descriptor), asio::detached);
    asio::co_spawn(context_, repair_periodically(), asio::detached);
    asio::co_spawn(context_, collect_flows(), asio::detached);
    asio::co_spawn(context_, close_log_periodically(), asio::detached);
    asio::co_spawn(context_, server_.run(), asio::detached);
    asio::co_spawn(context_, services_.run(), asio::detached);
    asio::co_spawn(context_, services_.advertise(), asio::detached);
    asio::co_spawn(context_, sessions_.run(), asio::detached);
    std::uint64_t watchdog_us = 0;
    if (sd_watchdog_enabled(0, &watchdog_us) > 0)
        asio::co_spawn(context_, feed_watchdog(watchdog_us / 2), asio::detached);
    sd_notify(0, "READY=1");
    context_.run();
    stop_log();
    return {};
}

// With every flow as it is now: first the walk that is under way comes to its end.
void Agent::stop_log() {
    for (int walk = 0; walk < 2; ++walk)
        while (collector_.step()) {
        }
    if (collector_.whole()) flow_log_.walked();
    flow_log_.stop();
}

Result<void> Agent::serve_metrics() {
    const auto& config = config_.metrics;
    if (!config.listen) return {};
    WEFT_TRY(metrics_, metrics::Server::start(context_, *config.listen, [this] {
                 return agent_metrics(datapath_, installation_.reconciler(),
                                      {sessions_.connected(), sessions_.opened(), usage_age()},
                                      services_.counts(), config_.metrics.records)
                     .text();
             }));
    return {};
}

std::uint64_t Agent::usage_age() const {
    const auto since = installation_.usage_reporter().last().value_or(started_);
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - since).count());
}

asio::awaitable<void> Agent::follow(int descriptor) {
    asio::posix::stream_descriptor stream{context_, descriptor};
    for (;;) {
        error_code code;
        co_await stream.async_wait(asio::posix::stream_descriptor::wait_read,
                                   asio::redirect_error(asio::use_awaitable, code));
        if (code) break;
        datapath_.on_readable(descriptor);
    }
    stream.release();  // it is the datapath's
}

// Once for all the changes that are read together.
void Agent::environment_changed() {
    if (std::exchange(change_pending_, true)) return;
    asio::post(context_, [this] {
        change_pending_ = false;
        installation_.environment_changed();
    });
}

asio::awaitable<void> Agent::repair_periodically() {
    asio::steady_timer timer{context_};
    steady_clock::duration wait = repair_period;
    for (;;) {
        timer.expires_after(wait);
        co_await timer.async_wait(asio::use_awaitable);
        const auto begin = steady_clock::now();
        installation_.repair();
        wait = std::max<steady_clock::duration>(repair_period, (steady_clock::now() - begin) * repair_share);
    }
}

// Whatever else there is to do comes between two steps.
asio::awaitable<void> Agent::collect_flows() {
    for (;;) {
        const bool closing = std::exchange(close_log_, false);
        const bool hurry = std::exchange(collect_now_, false) || closing;
        while (collector_.step()) {
            collection_.expires_after(hurry || collect_now_ ? steady_clock::duration{} : collect_rest);
            error_code code;
            co_await collection_.async_wait(asio::redirect_error(asio::use_awaitable, code));
        }
        if (collector_.whole()) flow_log_.walked();
        if (closing) flow_log_.close();
        collection_.expires_after(collect_now_ || close_log_ ? steady_clock::duration{} : collect_period);
        error_code code;
        co_await collection_.async_wait(asio::redirect_error(asio::use_awaitable, code));
    }
}

asio::awaitable<void> Agent::close_log_periodically() {
    asio::steady_timer timer{context_, steady_clock::now()};
    for (;;) {
        timer.expires_at(timer.expiry() + std::chrono::seconds{config_.flow_log.interval});
        co_await timer.async_wait(asio::use_awaitable);
        close_log_ = true;
        collection_.cancel();
    }
}

asio::awaitable<void> Agent::feed_watchdog(std::uint64_t period_us) {
    asio::steady_timer timer{context_};
    for (;;) {
        sd_notify(0, "WATCHDOG=1");
        timer.expires_after(std::chrono::microseconds{period_us});
        co_await timer.async_wait(asio::use_awaitable);
    }
}

wire::Status Agent::status() const {
    return status_message({installation_.installed(), installation_.outcome(), installation_.report(),
                           installation_.host_name(), installation_.desired().size(), sessions_.connected(),
                           sessions_.problem(), services_.counts()});
}

}  // namespace weft::agent
