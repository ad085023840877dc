// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/coordinator.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coordinator/api/backend.h"
#include "coordinator/api/enrolment.h"
#include "coordinator/api/host_report.h"
#include "coordinator/api/listener.h"
#include "coordinator/api/login.h"
#include "coordinator/api/metrics.h"
#include "coordinator/api/usage.h"
#include "coordinator/api/watcher.h"
#include "coordinator/model/foreign_hosts.h"
#include "coordinator/pki/files.h"
#include "coordinator/service/upgrade.h"
#include "coordinator/service/watch/device_watch.h"
#include "coordinator/service/watch/failover.h"
#include "coordinator/service/watch/instance_watch.h"
#include "coordinator/service/watch/member_watch.h"
#include "coordinator/service/watch/scaling.h"
#include "coordinator/store/sqlite_repository.h"
#include "weft/base/log.h"
#include "weft/metrics/server.h"

namespace weft::coordinator::api {

namespace asio = boost::asio;

struct Coordinator::Parts {
    asio::io_context& context;
    config::Settings settings;
    const Clock& clock;
    std::optional<pki::Authority> authority;
    wire::TlsContext tls;

    Parts(asio::io_context& io, config::Settings read, const Clock& time, std::unique_ptr<Metrics> measured,
          std::unique_ptr<Repository> store)
        : context(io),
          settings(std::move(read)),
          clock(time),
          measures(std::move(measured)),
          repository(std::move(store)),
          ledger(*repository, [&io](std::function<void()> work) { asio::post(io, std::move(work)); }),
          table(time),
          hosts(table, ledger.cloud()),
          leases(time) {}

    std::unique_ptr<Metrics> measures;  // outlives the repository, whose thread writes to it
    std::unique_ptr<Repository> repository;
    Ledger ledger;
    AcknowledgementTable table;
    ForeignHosts hosts;
    Leases leases;
    std::unique_ptr<Service> service;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<DeviceWatch> devices;
    std::unique_ptr<Failover> failover;
    std::unique_ptr<MemberWatch> members;
    std::unique_ptr<InstanceWatch> instances;
    std::unique_ptr<Scaling> scaling;
    std::unique_ptr<SessionSet> sessions;
    std::unique_ptr<Waiters> waiters;
    std::unique_ptr<Watchers> watchers;
    asio::thread_pool exports{1};
    std::unique_ptr<KeySessions> keys;
    std::unique_ptr<Backend> backend;
    std::optional<asio::local::stream_protocol::acceptor> unix_acceptor;
    std::vector<std::unique_ptr<asio::ip::tcp::acceptor>> tcp_acceptors;
    std::shared_ptr<metrics::Server> metrics_server;

    [[nodiscard]] Result<void> load() {
        WEFT_CHECK(ledger.load());
        WEFT_CHECK(upgrade(ledger, clock.unix_us()));
        log_info("store", "{}: revision {}, {} records", repository->name(), ledger.cloud().revision(),
                 ledger.cloud().table<schema::Record>().size());
        service = std::make_unique<Service>(ledger, hosts, clock);
        service->on_request = [this](std::string_view verb, std::uint16_t code, std::uint64_t ns) {
            measures->requested(verb, code, ns);
        };
        table.on_converged = [this](std::uint64_t ns) { measures->converged(ns); };
        sessions = std::make_unique<SessionSet>(context, ledger.cloud(), *repository, table);
        ledger.subscribe([this](Revision revision, std::span<const Change> changes) {
            sessions->publish(revision, changes);
        });
        engine = std::make_unique<Engine>(ledger, hosts, clock, Engine::default_grace_ns, &leases);
        devices = std::make_unique<DeviceWatch>(ledger, hosts, clock);
        failover = std::make_unique<Failover>(ledger, hosts, leases, clock);
        members = std::make_unique<MemberWatch>(ledger, hosts, clock);
        instances = std::make_unique<InstanceWatch>(ledger, clock);
        scaling = std::make_unique<Scaling>(*service, ledger, hosts, clock);
        waiters = std::make_unique<Waiters>(hosts);
        watchers = std::make_unique<Watchers>(ledger, *service);
        keys = std::make_unique<KeySessions>(ledger, clock);
        ledger.subscribe([this](Revision revision, std::span<const Change> changes) {
            watchers->publish(revision, changes);
        });
        table.subscribe([this](Id host) {
            engine->on_ack(host);
            waiters->on_ack(host);
            failover->on_ack(host);
            devices->on_ack(host);
            members->on_ack(host);
        });
        backend = std::make_unique<Backend>(Backend{context, settings, clock, ledger, *service, *engine,
                                                    *failover, table, hosts, *sessions, *waiters, *watchers,
                                                    exports, *keys, authority ? &*authority : nullptr});
        sessions->on_events(
            {[this](Id host, const wire::Report& report) { take_report(*backend, host, report); },
             [this](Id host, const wire::RenewRequest& request, std::uint32_t sequence,
                    wire::Channel::Pointer channel) {
                 renew(*backend, host, request, sequence, std::move(channel));
             },
             [this](Id host, const wire::UsageReport& report, wire::Channel::Pointer channel) {
                 take_usage(*backend, host, report, std::move(channel));
             },
             [this](Id host, const wire::LeaseRequest& request) { return failover->renew(host, request); },
             [this](Id host, const wire::InstanceReport& report) { instances->take(host, report); }});
        return {};
    }

    [[nodiscard]] Result<void> read_certificates() {
        if (settings.listen.empty()) return {};
        const auto& directory = settings.tls_directory;
        WEFT_TRY(authority, pki::load_authority(directory));
        WEFT_TRY(tls, wire::server_context({directory + "/ca.pem", directory + "/coordinator.pem",
                                            directory + "/coordinator.key"}));
        return {};
    }

    asio::awaitable<void> every_second() {
        asio::steady_timer timer(context);
        for (;;) {
            timer.expires_after(std::chrono::seconds(1));
            co_await timer.async_wait(asio::use_awaitable);
            engine->on_tick();
            failover->on_tick();
            devices->on_tick();
            members->on_tick();
            instances->on_tick();
            scaling->on_tick();
            service->flush_audit();
            keys->close_expired();
        }
    }
};

Coordinator::Coordinator(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Coordinator>> Coordinator::start(asio::io_context& context, config::Settings settings,
                                                        const Clock& clock,
                                                        std::function<void(const Error&)> fatal) {
    SqliteOptions options;
    options.file = settings.database;
    options.retention.usage_us = settings.usage_days * 24ULL * 3600 * 1000000;
    options.on_fatal = std::move(fatal);
    auto measured = std::make_unique<Metrics>();
    options.on_batch = [measures = measured.get()](const Batch& batch) { measures->stored(batch); };
    WEFT_TRY(auto repository, SqliteRepository::open(std::move(options)));
    auto parts = std::make_unique<Parts>(context, std::move(settings), clock, std::move(measured),
                                         std::move(repository));
    WEFT_CHECK(parts->read_certificates());
    WEFT_CHECK(parts->load());
    WEFT_CHECK(listen(*parts));
    asio::co_spawn(context, parts->sessions->run(), asio::detached);
    asio::co_spawn(context, parts->every_second(), asio::detached);
    parts->engine->resume();
    return std::unique_ptr<Coordinator>(new Coordinator(std::move(parts)));
}

Result<void> Coordinator::listen(Parts& parts) {
    WEFT_TRY(parts.unix_acceptor, listen_unix(parts.context, parts.settings.socket));
    asio::co_spawn(parts.context, accept_unix(*parts.backend, *parts.unix_acceptor), asio::detached);
    for (const auto& endpoint : parts.settings.listen) {
        WEFT_TRY(auto acceptor, listen_tcp(parts.context, endpoint));
        parts.tcp_acceptors.push_back(std::make_unique<asio::ip::tcp::acceptor>(std::move(acceptor)));
        asio::co_spawn(parts.context, accept_tls(*parts.backend, *parts.tcp_acceptors.back(), parts.tls),
                       asio::detached);
        log_info("api", "hosts connect to {} port {}", to_string(endpoint.address),
                 parts.tcp_acceptors.back()->local_endpoint().port());
    }
    return serve_metrics(parts);
}

Result<void> Coordinator::serve_metrics(Parts& parts) {
    if (!parts.settings.metrics) return {};
    WEFT_TRY(parts.metrics_server, metrics::Server::start(parts.context, *parts.settings.metrics, [&parts] {
                 return parts.measures->exposition(*parts.backend).text();
             }));
    return {};
}

std::uint16_t Coordinator::port() const {
    return parts_->tcp_acceptors.empty() ? std::uint16_t{0}
                                         : parts_->tcp_acceptors.front()->local_endpoint().port();
}

Coordinator::~Coordinator() {
    if (!parts_) return;
    parts_->service->flush_audit();
    ::unlink(parts_->settings.socket.c_str());
}

}  // namespace weft::coordinator::api
