// SPDX-License-Identifier: Apache-2.0
// Session after session, for as long as the agent runs.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>

#include "agent/session/backoff.h"
#include "agent/session/session.h"

namespace weft::agent {

class Reconnect {
public:
    using Connect = std::function<boost::asio::awaitable<Result<wire::Channel::Pointer>>()>;

    // All must outlive run().
    Reconnect(Connect connect, Target& target, Renewal& renewal)
        : connect_(std::move(connect)), target_(target), renewal_(renewal), random_(std::random_device{}()) {}

    // Until stop(). Between sessions nothing changes on this host.
    [[nodiscard]] boost::asio::awaitable<void> run();
    // Session::tell of the session in progress, if there is one.
    void tell();
    void stop();

    [[nodiscard]] bool connected() const noexcept { return session_ != nullptr; }
    // Sessions opened so far.
    [[nodiscard]] std::uint64_t opened() const noexcept { return opened_; }
    // Why there is no session; empty while there is one.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    boost::asio::awaitable<Result<void>> one_session();
    void note(const Result<void>& ended);

    Connect connect_;
    Target& target_;
    Renewal& renewal_;
    Backoff backoff_;
    std::mt19937_64 random_;
    std::shared_ptr<Session> session_;  // while it is open
    boost::asio::steady_timer* waiting_{nullptr};
    std::uint64_t opened_{0};
    std::string problem_{"not connected yet"};
    bool stopped_{false};
};

}  // namespace weft::agent
