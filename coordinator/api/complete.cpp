// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/complete.h"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "coordinator/api/answer.h"

namespace weft::coordinator::api {

namespace asio = boost::asio;
using schema::OperationState;

namespace {

std::string name_of(const Cloud& cloud, Id host) {
    const auto found = cloud.find<schema::Host>(host);
    return found ? found->name : to_string(host);
}

std::vector<std::string> names_of(const Cloud& cloud, const std::vector<Id>& hosts) {
    std::vector<std::string> names;
    for (const Id host : hosts) names.push_back(name_of(cloud, host));
    return names;
}

// The operation once it has ended; null at the deadline.
asio::awaitable<std::shared_ptr<schema::Operation>> ended(Backend& backend, Id operation,
                                                          Waiters::Deadline deadline) {
    struct State {
        explicit State(const asio::any_io_executor& executor) : timer(executor) {}
        std::shared_ptr<schema::Operation> operation;
        asio::steady_timer timer;
    };
    const auto state = std::make_shared<State>(co_await asio::this_coro::executor);
    backend.engine.when_ended(operation, [weak = std::weak_ptr(state)](const schema::Operation& end) {
        const auto waiting = weak.lock();
        if (!waiting) return;
        waiting->operation = std::make_shared<schema::Operation>(end);
        waiting->timer.cancel();
    });
    if (!state->operation) {
        boost::system::error_code cancelled;
        state->timer.expires_at(deadline);
        co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    co_return state->operation;
}

void set_timeout(wire::Ack& ack, const std::string& what) {
    ack.code = static_cast<std::uint16_t>(ErrorCode::timeout);
    ack.text = what + "; the change goes on";
}

// The object as it is now: an attachment's phase has moved on.
void show_again(Backend& backend, const Principal& principal, wire::Ack& ack) {
    if (ack.object.empty()) return;
    schema::with_object(ack.kind, [&]<class T>(std::type_identity<T>) {
        T object{};
        if (!wire::decode_into(ack.object, object)) return;
        const auto now = backend.service.get(principal, {ack.kind, to_string(object.id)});
        if (now) ack.object = now->object;
    });
}

}  // namespace

asio::awaitable<wire::Ack> complete(Backend& backend, Principal principal, wire::Options options,
                                    wire::Ack ack) {
    if (ack.code != 0 || options.wait == wire::Wait::store || options.dry_run ||
        (!ack.operation && !ack.changed))
        co_return ack;
    const auto start = backend.clock.boot_ns();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(options.timeout_ms);
    const auto& log = backend.sessions.affected();
    auto hosts = log.hosts_of(ack.revision);
    if (ack.operation) {
        const auto operation = co_await ended(backend, ack.operation, deadline);
        if (!operation) {
            const auto blocked = backend.engine.blocked_on(ack.operation);
            set_timeout(
                ack, fmt::format("{} has not ended in {} ms{}", to_string(ack.operation), options.timeout_ms,
                                 blocked ? ", it waits for host " + name_of(backend.cloud(), blocked) : ""));
            co_return ack;
        }
        if (operation->state == OperationState::failed) {
            ack.code = static_cast<std::uint16_t>(ErrorCode::failed);
            ack.text = operation->error;
            co_return ack;
        }
        hosts = log.hosts_of_operation(ack.operation);
    }
    const auto missing = co_await backend.waiters.installed(hosts, options.wait, deadline);
    if (!missing.empty())
        set_timeout(ack, fmt::format("not installed in {} ms on {}", options.timeout_ms,
                                     fmt::join(names_of(backend.cloud(), missing), ", ")));
    for (const auto& [host, revision] : hosts)
        if (backend.hosts.installed(host) < revision)
            ack.lost_hosts.push_back(name_of(backend.cloud(), host));
    if (ack.lost_hosts.size() > 1000) ack.lost_hosts.resize(1000);
    ack.took_us = (backend.clock.boot_ns() - start) / 1000;
    show_again(backend, principal, ack);
    co_return ack;
}

}  // namespace weft::coordinator::api
