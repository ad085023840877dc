// SPDX-License-Identifier: Apache-2.0
// When what the attachments here pass ends, if the coordinator does not let them go on (row 2.11). Pure:
// times are CLOCK_BOOTTIME ns, which no setting of the clock changes and which goes on while the host is
// suspended.
//
// Always: what is in the maps ends at most a lease from now, and counts from when a renewal was sent. So the
// coordinator, which counts from when it answered, is the later of the two, however long messages take and
// whoever is paused in between.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "agent/datapath/datapath.h"
#include "weft/wire/message/lease.h"

namespace weft::agent {

class Leases {
public:
    static constexpr std::uint64_t never = 0;
    static constexpr std::uint64_t over = 1;

    // What the maps of a former process say. Ports that are put until done() and have no entry there begin
    // fenced.
    void adopt(const std::vector<Entry>& ports);
    void adopted() { found_.clear(); }

    // The port came or changed. One that passed packets without a lease (`known`) goes on until the first
    // one is granted; one that begins with a lease passes nothing before.
    void put(const schema::Port& port, bool known, std::uint64_t now);
    void remove(Id attachment) { leases_.erase(attachment); }

    // From when on nothing passes.
    [[nodiscard]] std::uint64_t expiry(Id attachment) const;

    // What is due: a quarter of the lease has gone, or the coordinator does not know yet that it is in force.
    [[nodiscard]] std::vector<wire::LeaseRequest> requests(std::uint64_t now);
    // Attachments whose expiry is later now.
    [[nodiscard]] std::vector<Id> answered(const wire::LeaseAnswer& answer);

private:
    struct Lease {
        std::uint32_t seconds{0};
        std::uint64_t expiry{never};
        bool told{false};  // the coordinator knows that it is in force

        [[nodiscard]] std::uint64_t length() const { return seconds * std::uint64_t{1'000'000'000}; }
    };
    struct Sent {
        std::uint64_t at{0};
        std::set<Id> in_force;
    };

    std::map<Id, Lease> leases_;
    std::map<std::uint64_t, std::uint64_t> found_;  // attachment -> expiry
    std::map<std::uint64_t, Sent> sent_;            // requests without an answer, by number
    std::uint64_t number_{0};
};

}  // namespace weft::agent
