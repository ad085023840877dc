// SPDX-License-Identifier: Apache-2.0
#include "agent/service/advertiser.h"

#include <algorithm>

#include "agent/service/router_advertisement.h"

namespace weft::agent {
namespace {

constexpr std::chrono::seconds least_delay{3};  // MIN_DELAY_BETWEEN_RAS
constexpr std::uint64_t spread = 150;           // seconds, so that many ports' turns drift apart

bool listens(const schema::Port& port) { return port.transmit && !port.disabled && !port.in_repair; }

}  // namespace

std::vector<Advertiser::Due> Advertiser::due(const std::vector<PlacedPort>& ports, Time now) {
    std::vector<Due> out;
    std::map<Id, Told> told;
    for (const auto& place : ports) {
        auto message = listens(*place.port) ? router_advertisement(*place.port) : Bytes{};
        if (message.empty()) continue;
        const auto& id = place.port->attachment;
        const auto former = told_.find(id);
        const bool known = former != told_.end() && former->second.ifindex == place.ifindex;
        if (known) {
            if (former->second.message != message)
                former->second.next = std::min(former->second.next, former->second.at + least_delay);
            if (now < former->second.next) {
                told.insert(told_.extract(former));
                continue;
            }
        }
        out.push_back({place, message});
        told[id] = {place.ifindex, std::move(message), now,
                    now + advertise_period - std::chrono::seconds(id.value % spread)};
    }
    told_ = std::move(told);
    return out;
}

Advertiser::Time Advertiser::next(Time now) const {
    auto out = now + advertise_period;
    for (const auto& [id, told] : told_) out = std::min(out, told.next);
    return out;
}

}  // namespace weft::agent
