// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/leases.h"

#include <algorithm>

#include "agent/reconcile/bytes.h"
#include "weft/abi/port.h"

namespace weft::agent {
namespace {

constexpr std::size_t most_outstanding = 64;  // older requests count as lost

}  // namespace

void Leases::adopt(const std::vector<Entry>& ports) {
    for (const auto& entry : ports) {
        const auto value = from_bytes<weft_port>(entry.value);
        if (value.record != 0) found_[value.attachment] = value.lease_expiry;
    }
}

void Leases::put(const schema::Port& port, bool known, std::uint64_t now) {
    if (port.lease == 0) return remove(port.attachment);
    const auto [at, added] = leases_.try_emplace(port.attachment);
    auto& lease = at->second;
    if (added) {
        const auto found = found_.find(port.attachment.value);
        lease.expiry = known ? never : found == found_.end() ? over : found->second;
    }
    if (lease.seconds == port.lease) return;
    lease.seconds = port.lease;
    lease.told = false;
    if (lease.expiry != never) lease.expiry = std::min(lease.expiry, now + lease.length());
}

std::uint64_t Leases::expiry(Id attachment) const {
    const auto at = leases_.find(attachment);
    return at == leases_.end() ? never : at->second.expiry;
}

std::vector<wire::LeaseRequest> Leases::requests(std::uint64_t now) {
    std::vector<wire::LeaseRequest> out;
    for (const auto& [id, lease] : leases_) {
        if (lease.told && lease.expiry > now + lease.length() / 4 * 3) continue;
        if (out.empty() || out.back().leases.size() == wire::most_leases) {
            out.push_back({++number_, {}});
            sent_[number_].at = now;
        }
        const bool in_force = lease.expiry != never;
        out.back().leases.push_back({id, in_force ? lease.seconds : 0});
        if (in_force) sent_[number_].in_force.insert(id);
    }
    while (sent_.size() > most_outstanding) sent_.erase(sent_.begin());
    return out;
}

std::vector<Id> Leases::answered(const wire::LeaseAnswer& answer) {
    std::vector<Id> later;
    const auto sent = sent_.extract(answer.number);
    if (sent.empty()) return later;
    for (const Id id : answer.granted) {
        const auto at = leases_.find(id);
        if (at == leases_.end()) continue;
        auto& lease = at->second;
        lease.told = lease.told || sent.mapped().in_force.contains(id);
        const auto until = sent.mapped().at + lease.length();
        if (until <= lease.expiry) continue;
        lease.expiry = until;
        later.push_back(id);
    }
    return later;
}

}  // namespace weft::agent
