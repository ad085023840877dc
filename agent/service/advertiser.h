// SPDX-License-Identifier: Apache-2.0
// When routers advertise themselves without being asked (RFC 4861, 6.2.4): to a new port and after a change
// at once, then again and again, long before the lifetime is over. Pure.
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "agent/service/packet.h"
#include "weft/schema/desired.h"

namespace weft::agent {

// A port whose device is there.
struct PlacedPort {
    const schema::Port* port{nullptr};
    std::uint32_t ifindex{0};
};

class Advertiser {
public:
    using Time = std::chrono::steady_clock::time_point;

    struct Due {
        PlacedPort to;
        Bytes message;
    };

    // What is to be sent now; `ports` are all there are. It counts as sent.
    [[nodiscard]] std::vector<Due> due(const std::vector<PlacedPort>& ports, Time now);
    // When something is due unless ports change before.
    [[nodiscard]] Time next(Time now) const;
    // Nobody was told anything.
    void forget() { told_.clear(); }

private:
    struct Told {
        std::uint32_t ifindex{0};
        Bytes message;
        Time at;
        Time next;
    };

    std::map<Id, Told> told_;  // by attachment
};

}  // namespace weft::agent
