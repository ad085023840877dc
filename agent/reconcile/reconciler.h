// SPDX-License-Identifier: Apache-2.0
// Brings the kernel's maps and devices to the desired set, one dirty object at a time, and says what is
// installed, what failed and what waits.
#pragma once

#include <memory>

#include "agent/datapath/datapath.h"
#include "agent/state/desired_set.h"
#include "agent/state/outcome.h"

namespace weft::agent {

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
