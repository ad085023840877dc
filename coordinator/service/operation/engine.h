// SPDX-License-Identifier: Apache-2.0
// Drives the open operations: whenever what one waits for may have happened, its next step is committed. No
// sockets, no timers: distribution says what hosts acknowledge, the main loop ticks.
#pragma once

#include <unordered_map>

#include "coordinator/service/commit/ledger.h"
#include "coordinator/service/operation/operation.h"
#include "weft/base/clock.h"

namespace weft::coordinator {

class Engine {
public:
    using Completion = std::function<void(const schema::Operation&)>;
    static constexpr std::uint64_t default_grace_ns = 5'000'000'000;

    // Subscribes to the ledger. Silence of a host counts only `grace_ns` after this.
    // All must outlive it.
    Engine(Ledger& ledger, const Acknowledgements& hosts, const Clock& clock,
           std::uint64_t grace_ns = default_grace_ns, const Leases* leases = nullptr);

    // Goes on with the operations that a loaded cloud has open. Call once, when sessions can be served.
    void resume();
    // The host installed something, failed, found a device, connected or was lost.
    void on_ack(Id host);
    // About once a second: looks at every open operation, drops those that ended a day ago.
    void on_tick();
    // Calls back once, when the operation ends; at once if it has.
    void when_ended(Id operation, Completion completion);
    // What the operation waits for: a host, or none.
    [[nodiscard]] Id blocked_on(Id operation) const;

private:
    struct Open {
        Id blocked_on;
        bool committing{false};
        bool again{false};  // something happened while committing
        std::vector<Completion> waiters;
    };

    Ledger& ledger_;
    const Acknowledgements& hosts_;
    const Clock& clock_;
    const Leases* leases_;
    std::uint64_t settled_at_;
    std::map<Id, Open> open_;

    void on_commit(std::span<const Change> changes);
    void evaluate(Id operation);
    void evaluate_all(const std::function<bool(const Open&)>& which);
    void end(const schema::Operation& operation);
    void drop_old();
};

}  // namespace weft::coordinator
