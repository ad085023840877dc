// SPDX-License-Identifier: Apache-2.0
// Brings the kernel's maps and devices to the desired set, one dirty object at a time, and says what is
// installed, what failed and what waits.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/datapath/datapath.h"
#include "agent/state/desired_set.h"

namespace weft::agent {

// Whose state is installed: kept in the pinned `config` map.
struct Installed {
    std::uint64_t cluster{0};
    std::uint64_t epoch{0};
    std::uint64_t revision{0};
    std::uint64_t host{0};

    friend bool operator==(const Installed&, const Installed&) = default;
};

struct Report {
    ObjectKey object;
    std::string reason;

    friend bool operator==(const Report&, const Report&) = default;
};

// The state after a change: complete lists, sorted by object.
struct Outcome {
    std::uint64_t revision{0};       // installed up to here, but for the objects below
    std::vector<Report> failed;      // e.g. a full map; tried again by repair() and by later changes
    std::vector<Report> waiting;     // for a device, a namespace or an underlay route; completes by itself
    std::string needs_confirmation;  // why a snapshot is held back; empty: none is

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

class Reconciler {
public:
    // `datapath` must outlive it.
    explicit Reconciler(Datapath& datapath);
    ~Reconciler();

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

    [[nodiscard]] Outcome outcome() const;
    [[nodiscard]] const DesiredSet& desired() const;
    [[nodiscard]] const Installed& installed() const;
    // Whether a desired set is in force (since the start of this process).
    [[nodiscard]] bool has_desired() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::agent
