// SPDX-License-Identifier: Apache-2.0
// What hosts say: sessions, installed revisions, failures, what waits, how long changes took (row 2.12). In
// memory; after a start every session says it again.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "coordinator/model/acknowledgements.h"
#include "weft/base/clock.h"
#include "weft/wire/message/session.h"
#include "weft/wire/message/usage.h"

namespace weft::coordinator {

// A host that says nothing for so long is lost (design: order of change).
inline constexpr std::uint64_t lost_after_ns = 3'000'000'000;
// A host that owes an acknowledgement for so long is lagging.
inline constexpr std::uint64_t lagging_after_ns = 1'000'000'000;

class AcknowledgementTable final : public Acknowledgements {
public:
    using Listener = std::function<void(Id host)>;

    explicit AcknowledgementTable(const Clock& clock) : clock_(clock) {}

    // Called after anything about a host changed: installed revision, failures, waiting, session state.
    void subscribe(Listener listener) { listeners_.push_back(std::move(listener)); }
    // Called for each change that a host has installed, with the time since its commit.
    std::function<void(std::uint64_t ns)> on_converged;

    // A host that had a session before this process started: lost only after the usual silence.
    void expect(Id host);
    void opened(Id host);
    void closed(Id host);
    // Any message of the host.
    void heard(Id host);
    // A change for this host was committed with this revision.
    void owes(Id host, Revision revision);
    void installed(Id host, const wire::Installed& message);
    // Why the host's session was refused; empty: it was not.
    void set_refusal(Id host, std::string text);
    // What the host itself reports to be wrong.
    void set_report(Id host, std::string text);
    // The counts of its records that the host reports; `time` in microseconds since 1970.
    void set_counts(Id host, const wire::UsageReport& report, std::uint64_t time_us);
    void forget(Id host);
    // Tells the listeners of hosts that fell silent or behind since the last call: a few times a second.
    void tick();

    [[nodiscard]] schema::SessionState session(Id host) const override;
    [[nodiscard]] Revision installed(Id host) const override;
    [[nodiscard]] std::optional<std::string> failure(Id host, Id attachment) const override;
    [[nodiscard]] bool waiting(Id host, Id attachment) const override;
    [[nodiscard]] std::vector<Id> lost(Id host) const override;
    [[nodiscard]] std::string problem(Id host) const override;
    [[nodiscard]] schema::TrafficCounts counted(Id host, Id record) const override;

    // Microseconds from the last change for this host being durable to its being installed; 0: none yet.
    [[nodiscard]] std::uint64_t convergence_us(Id host) const;
    [[nodiscard]] std::vector<std::string> failures(Id host) const;
    [[nodiscard]] std::vector<std::string> waiting_objects(Id host) const;

private:
    struct Owed {
        Revision revision{0};
        std::uint64_t since_ns{0};
    };
    struct Entry {
        bool open{false};
        std::uint64_t heard_ns{0};
        wire::Installed latest;
        std::string refusal;
        std::string report;
        std::deque<Owed> owed;
        std::uint64_t convergence_us{0};
        schema::SessionState told{schema::SessionState::never};  // to the listeners
        std::unordered_map<Id, wire::UsageCount> counts;         // by record, of what still counts
        std::uint64_t incarnation{0};                            // of its counters
        std::uint64_t counted_us{0};                             // when it last said so
    };

    [[nodiscard]] schema::SessionState state_of(const Entry& entry) const;
    [[nodiscard]] const Entry* find(Id host) const;
    void tell(Id host);

    const Clock& clock_;
    std::unordered_map<Id, Entry> hosts_;
    std::vector<Listener> listeners_;
};

}  // namespace weft::coordinator
