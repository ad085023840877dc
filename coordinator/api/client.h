// SPDX-License-Identifier: Apache-2.0
// A client's connection after the hello: requests in, answers out. Several requests may be under way at once;
// each answer carries its request's sequence.
#pragma once

#include <memory>

#include "coordinator/api/backend.h"
#include "weft/wire/channel.h"
#include "weft/wire/message/ack.h"
#include "weft/wire/message/lifecycle_request.h"
#include "weft/wire/message/object_request.h"

namespace weft::coordinator::api {

class Client : public std::enable_shared_from_this<Client> {
public:
    Client(Backend& backend, wire::Channel::Pointer channel, Principal principal);

    // Until the connection ends. A frame that is none, or a command that is no request, ends it.
    boost::asio::awaitable<void> run();
    // The principal may not go on: nothing more is taken, and the connection ends as soon as the changes
    // under way, of which one may be the reason, are answered.
    void leave();

private:
    static constexpr unsigned most_under_way = 1024;
    static constexpr std::size_t most_queued = 1U << 20;

    [[nodiscard]] Result<void> dispatch(const wire::Frame& frame);
    template <class Request>
    [[nodiscard]] Result<void> change(const wire::Frame& frame,
                                      void (Service::*verb)(const Principal&, const Request&, Service::Done));
    [[nodiscard]] Result<void> get(const wire::Frame& frame);
    [[nodiscard]] Result<void> list(const wire::Frame& frame);
    [[nodiscard]] Result<void> watch(const wire::Frame& frame);
    [[nodiscard]] Result<void> ready(const wire::Frame& frame);
    [[nodiscard]] Result<void> host_command(const wire::Frame& frame);
    [[nodiscard]] Result<void> status(const wire::Frame& frame);
    [[nodiscard]] Result<void> counters(const wire::Frame& frame);
    [[nodiscard]] Result<void> trace(const wire::Frame& frame);
    [[nodiscard]] Result<void> usage(const wire::Frame& frame);

    boost::asio::awaitable<void> send_list(wire::ListRequest request, std::uint32_t sequence);
    boost::asio::awaitable<void> send_ready(wire::ReadyRequest request, std::uint32_t sequence);
    boost::asio::awaitable<void> send_counters(wire::CountersRequest request, std::uint32_t sequence);
    boost::asio::awaitable<void> send_trace(wire::TraceRequest request, std::uint32_t sequence);
    boost::asio::awaitable<void> send_usage(UsageQuery query, std::uint32_t sequence);
    boost::asio::awaitable<void> send_completed(wire::Options options, wire::Ack ack, std::uint32_t sequence);
    // Runs it beside the reading of further requests.
    void spawn(boost::asio::awaitable<void> work);
    void begin() { ++under_way_; }
    void end();

    Backend& backend_;
    wire::Channel::Pointer channel_;
    Principal principal_;
    unsigned under_way_{0};
    unsigned changes_{0};  // of those under way
    bool leaving_{false};
    boost::asio::steady_timer room_;  // cancelled when a request is done
};

}  // namespace weft::coordinator::api
