// SPDX-License-Identifier: Apache-2.0
// Brings the kernel's maps and devices to the desired set, one dirty object at a time, and says what is
// installed, what failed and what waits.
#pragma once

#include <optional>
#include <utility>

#include "agent/reconcile/grace.h"
#include "agent/reconcile/guard.h"
#include "agent/reconcile/leases.h"
#include "agent/reconcile/ports.h"
#include "agent/reconcile/quotas.h"
#include "agent/reconcile/rates.h"
#include "agent/reconcile/writes.h"
#include "weft/base/clock.h"

namespace weft::agent {

class Reconciler {
public:
    // `datapath` and `clock` must outlive it.
    explicit Reconciler(Datapath& datapath, const FlowLimits& limits = {}, const Clock& clock = system_clock);
    Reconciler(const Reconciler&) = delete;
    Reconciler& operator=(const Reconciler&) = delete;

    // Once, before anything else: takes over what is pinned. Nothing is written. The result is what the hello
    // reports; all zero on a fresh host.
    [[nodiscard]] Result<Installed> adopt();

    // A whole desired set. Held back, with everything kept as it is, when `identity` has another cluster or
    // epoch than what is installed, or when it would remove over half of more than 100 installed objects.
    // `identity.revision` is the snapshot's; `identity.host` is this host.
    Outcome snapshot(DesiredSet desired, const Installed& identity);
    // What changed since the last snapshot or delta. While a snapshot is held back it is changed instead.
    Outcome delta(Changes changes, std::uint64_t revision);
    // Installs the snapshot that is held back (weft host confirm); without one it does nothing.
    Outcome confirm();

    // After Datapath::on_change: completes what waited, follows changed devices and routes.
    Outcome environment_changed();
    // Periodically: reads the maps back and corrects differences, restores filters removed by hand, retries
    // what failed. Does nothing before the first desired set.
    Outcome repair();

    // Whose packets are sampled as they pass, from now on; nobody's when the process starts.
    void watch(const Watched& watched);
    // Marks the record's ports as captured or not, until the process ends. False: it has none here.
    [[nodiscard]] bool capture(Id record, bool on);

    // The leases that are to be renewed now; to be sent at once. Then what the coordinator said.
    [[nodiscard]] std::vector<wire::LeaseRequest> lease_requests() {
        return leases_.requests(clock_.boot_ns());
    }
    void lease_answered(const wire::LeaseAnswer& answer);

    // At most 1000 objects that a full map refused are listed.
    [[nodiscard]] Outcome outcome() const;
    [[nodiscard]] const DesiredSet& desired() const { return desired_; }
    [[nodiscard]] const Installed& installed() const { return installed_; }
    // The revision that is wanted: of the snapshot that is held back, else what is installed.
    [[nodiscard]] std::uint64_t desired_revision() const;
    // Entries that the desired set has in a map, without those that it refused; 0 before the first one.
    [[nodiscard]] std::size_t entries(MapId map) const;
    [[nodiscard]] const Policies::Compiling& compiling() const { return policies_.compiling(); }
    // Whether a desired set is in force (since the start of this process).
    [[nodiscard]] bool has_desired() const { return has_desired_; }
    // Whether an attachment is, or may be, on this host.
    [[nodiscard]] bool is_here(std::uint64_t attachment) const;
    // Whether an attachment went since the last call.
    [[nodiscard]] bool take_detached() { return std::exchange(detached_, false); }

private:
    struct Held {
        DesiredSet desired;
        Installed identity;
        std::string reason;
    };

    [[nodiscard]] Result<Dumps> dump();
    void install(const DesiredSet& desired, const Dumps& dumps, const Installed& identity);
    void compare(const Dumps& dumps);
    void filter(const Policies::PortKeys& ports);
    void share();
    [[nodiscard]] bool keeps(MapId map, const std::string& key);
    void write(const Installed& reached);
    [[nodiscard]] std::vector<ObjectKey> owners(MapId map, const std::string& key) const;

    // One object (objects.cpp).
    void put(schema::Peer peer);
    void put(schema::Route route);
    void put(schema::Spread spread);
    void put(schema::Mapping mapping);
    void put(schema::Source source);
    void put(schema::Port port);
    void put(schema::Workload workload);
    void put(schema::Acl acl);
    void put(schema::Group group);
    void put(schema::Tag tag);
    void remove(const ObjectKey& object);
    void replace(const ObjectKey& key, const Compiled& old, const Compiled& fresh);
    void follow_mapping(const std::string& key);
    void resolve_paths();

    Datapath& datapath_;
    const Clock& clock_;
    Wanted wanted_;
    Problems problems_;
    Policies policies_;
    Watched watched_;
    Grace grace_;
    Quotas quotas_;
    Rates rates_;
    Leases leases_;
    Ports ports_;
    Writer writer_;
    DesiredSet desired_;
    std::map<std::string, Result<Path>> paths_;  // by key of Peer
    Installed installed_;
    std::map<ObjectKey, std::vector<EntryRef>> refused_;  // entries that another object has
    std::optional<Held> held_;
    bool has_desired_{false};
    bool detached_{false};
    bool configured_{false};  // the config map was written by this process
};

}  // namespace weft::agent
