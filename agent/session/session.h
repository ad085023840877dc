// SPDX-License-Identifier: Apache-2.0
// One session: from the hello to the end of the connection.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>

#include "agent/session/renewal.h"
#include "agent/session/target.h"
#include "agent/state/stage.h"
#include "weft/wire/channel.h"
#include "weft/wire/command.h"

namespace weft::agent {

// A coordinator's changes take effect at their commit; each commit is acknowledged at once, and what is
// installed is repeated every second. What is malformed ends the session, and nothing of the commit it
// belongs to takes effect.
class Session : public std::enable_shared_from_this<Session> {
public:
    // `target` and `renewal` must outlive it.
    Session(wire::Channel::Pointer channel, Target& target, Renewal& renewal);

    // The hello. Errors: refused by the coordinator, another protocol, or it would continue from a state that
    // is not this host's.
    [[nodiscard]] boost::asio::awaitable<Result<void>> open();
    // After open(): until the connection ends, which is the error returned; no error when it ended because
    // the host's certificate was renewed: the next session uses, and so proves, the new one.
    [[nodiscard]] boost::asio::awaitable<Result<void>> run();
    // What is installed or what this host can do has changed: says so now, not only at the next second.
    void tell();
    void close();

private:
    boost::asio::awaitable<void> tell_periodically();
    void send_installed();
    void send_report(std::chrono::steady_clock::time_point now);
    void send_usage(std::chrono::steady_clock::time_point now);
    void send_leases();
    void send_instances();
    void renew();
    Result<void> take(const wire::Frame& frame);
    Result<void> take_commit(const wire::Frame& frame);
    void take_counters(const wire::Frame& frame);
    void take_trace(const wire::Frame& frame);
    void take_certificate(const wire::Frame& frame);

    template <class T>
    void send(wire::Command command, const T& body, std::uint32_t sequence = 0, std::uint16_t flags = 0);
    void refuse(std::uint32_t sequence, const Error& error);

    wire::Channel::Pointer channel_;
    Target& target_;
    Renewal& renewal_;
    Stage stage_;
    Installed identity_;  // of the coordinator's store and of this host, as it says
    wire::Report told_;   // the last report
    std::map<Id, wire::InstanceReport> told_instances_;
    std::chrono::steady_clock::time_point report_at_{};
    std::chrono::steady_clock::time_point usage_at_{};
    bool usage_told_{false};
    bool takes_usage_{false};  // coordinators of before do not
    boost::asio::steady_timer timer_;
    std::uint32_t sequence_{1};
    bool renewed_{false};
};

}  // namespace weft::agent
