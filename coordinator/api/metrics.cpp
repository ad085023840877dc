// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/metrics.h"

#include "coordinator/api/watcher.h"
#include "weft/base/version.h"

namespace weft::coordinator::api {

using metrics::Exposition;
using schema::SessionState;

namespace {

// Upper bounds in seconds, around the budgets of the design: a commit of a millisecond, 50 ms to be
// installed.
const prometheus::Histogram::BucketBoundaries latencies{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                        0.1,    0.25,  0.5,    1,     2.5,  5,     10};
const prometheus::Histogram::BucketBoundaries convergences{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                           0.5,   1,      2.5,   5,    10,    30,   60};

double seconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e9; }
double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

void add_objects(Exposition& out, const Cloud& cloud) {
    out.gauge("weft_coordinator_revision", "The newest revision.").add({}, cloud.revision());
    auto& objects = out.gauge("weft_coordinator_objects", "Objects in the store.");
    schema::for_each_object([&]<class T>(std::type_identity<T>) {
        objects.add({{"kind", to_string(schema::Schema<T>::kind)}}, std::uint64_t{cloud.table<T>().size()});
    });
    std::map<schema::OperationKind, std::uint64_t> open;
    for (const auto& [kind, name] : schema::enum_names<schema::OperationKind>) open[kind] = 0;
    for (const auto& id : cloud.open_operations())
        if (const auto operation = cloud.find<schema::Operation>(id)) ++open[operation->kind];
    auto& operations = out.gauge("weft_coordinator_operations_open", "Operations that have not ended.");
    for (const auto& [kind, count] : open) operations.add({{"kind", schema::to_string(kind)}}, count);
}

void add_hosts(Exposition& out, const Backend& backend) {
    auto& states =
        out.gauge("weft_coordinator_host_session", "1 for the state that the host's session is in.");
    auto& lag = out.gauge("weft_coordinator_host_lag_revisions",
                          "Revisions that the host has yet to install; absent while it has not said.");
    std::map<SessionState, std::uint64_t> hosts;
    const auto& cloud = backend.cloud();
    for (const auto& [id, entry] : cloud.table<schema::Host>()) {
        const auto& host = *entry.object;
        const auto session = backend.hosts.session(host.id);
        ++hosts[session];
        for (const auto& [state, name] : schema::enum_names<SessionState>)
            states.add({{"host", host.name}, {"state", name}}, std::uint64_t{state == session});
        if (const auto installed = backend.table.installed(host.id); installed != 0)
            lag.add({{"host", host.name}}, cloud.revision() - std::min(cloud.revision(), installed));
    }
    auto& counts = out.gauge("weft_coordinator_hosts", "Hosts by the state of their session.");
    for (const auto& [state, name] : schema::enum_names<SessionState>)
        counts.add({{"state", name}}, hosts[state]);
}

}  // namespace

Metrics::Metrics() : convergence_(convergences), commit_(latencies), sync_(latencies) {}

void Metrics::requested(std::string_view verb, std::uint16_t code, std::uint64_t ns) {
    const auto result = code == 0 ? std::string_view{"ok"} : to_string(static_cast<ErrorCode>(code));
    requests_.try_emplace({std::string(verb), std::string(result)}, latencies)
        .first->second.Observe(seconds(ns));
}

void Metrics::converged(std::uint64_t ns) { convergence_.Observe(seconds(ns)); }

void Metrics::stored(const Batch& batch) {
    commit_.Observe(seconds(batch.time));
    if (batch.sync.count() != 0) sync_.Observe(seconds(batch.sync));
    const std::lock_guard guard{mutex_};
    stored_.committed += batch.committed;
    stored_.refused += batch.refused;
    stored_.failed += batch.failed;
}

void Metrics::add_store(Exposition& out) const {
    auto& transactions = out.counter("weft_coordinator_transactions_total", "Transactions of the store.");
    {
        const std::lock_guard guard{mutex_};
        transactions.add({{"result", "committed"}}, std::uint64_t{stored_.committed});
        transactions.add({{"result", "refused"}}, std::uint64_t{stored_.refused});
        transactions.add({{"result", "failed"}}, std::uint64_t{stored_.failed});
    }
    out.histogram("weft_coordinator_store_commit_seconds",
                  "A group commit, from its begin until it is durable.")
        .add({}, commit_);
    out.histogram("weft_coordinator_store_sync_seconds", "Of that, the writing and syncing of the file.")
        .add({}, sync_);
}

Exposition Metrics::exposition(const Backend& backend) const {
    Exposition out;
    out.gauge("weft_coordinator_build_info", "Always 1; its label says what runs.")
        .add({{"version", version}}, std::uint64_t{1});
    add_objects(out, backend.cloud());
    add_hosts(out, backend);
    auto& requests = out.histogram("weft_coordinator_request_seconds",
                                   "A request until its answer, without waiting for hosts.");
    for (const auto& [key, histogram] : requests_)
        requests.add({{"verb", key.first}, {"result", key.second}}, histogram);
    out.histogram("weft_coordinator_convergence_seconds",
                  "From a commit until one host that it concerns has installed it.")
        .add({}, convergence_);
    add_store(out);
    out.counter("weft_coordinator_failovers_total",
                "Records that went, or began to go, to a standby without a request.")
        .add({}, backend.failover.started());
    out.counter("weft_coordinator_lease_refusals_total", "Renewals of leases that were refused.")
        .add({}, backend.failover.refused());
    out.gauge("weft_coordinator_watchers", "Clients that follow changes.")
        .add({}, std::uint64_t{backend.watchers.size()});
    out.counter("weft_coordinator_watch_overflows_total",
                "Times that a watcher was too slow and missed changes.")
        .add({}, backend.watchers.overflows());
    return out;
}

}  // namespace weft::coordinator::api
