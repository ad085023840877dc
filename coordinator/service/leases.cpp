// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/leases.h"

#include <algorithm>

namespace weft::coordinator {

using schema::Attachment;
using schema::Phase;

wire::LeaseAnswer Leases::grant(const Cloud& cloud, Id host, const wire::LeaseRequest& request) {
    wire::LeaseAnswer answer{request.number, {}};
    for (const auto& lease : request.leases) {
        const auto attachment = cloud.find<Attachment>(lease.attachment);
        if (!attachment || attachment->host != host || attachment->phase < Phase::programming ||
            attachment->phase > Phase::attached) {
            ++refused_;
            continue;
        }
        granted_[attachment->id] = clock_.boot_ns();
        answer.granted.push_back(attachment->id);
    }
    return answer;
}

bool Leases::lapsed(const Attachment& attachment) const {
    if (attachment.lease_held == 0) return false;
    const auto at = granted_.find(attachment.id);
    const auto since = at == granted_.end() ? started_ : at->second;
    // A tenth more: two clocks do not run at quite the same speed.
    constexpr std::uint64_t with_margin = 1'100'000'000;
    return clock_.boot_ns() >= since + std::max(attachment.lease, attachment.lease_held) * with_margin;
}

std::uint32_t lease_of(const schema::Record& record) { return record.standbys.empty() ? 0 : record.lease; }

void change_lease(Attachment& attachment, std::uint32_t seconds) {
    attachment.lease = seconds;
    if (seconds == 0)
        attachment.lease_held = 0;
    else if (attachment.lease_held != 0)
        attachment.lease_held = std::max(attachment.lease_held, seconds);
}

void begin_lease(Attachment& attachment, std::uint32_t seconds, const schema::Host& host) {
    attachment.lease = seconds;
    attachment.lease_held = knows_leases(host) ? seconds : 0;
}

bool confirms(const Attachment& attachment, const wire::LeaseState& says, Revision installed,
              Revision written) {
    return attachment.lease != 0 && attachment.lease == says.seconds &&
           attachment.lease_held != says.seconds && attachment.phase == Phase::attached &&
           installed >= written;
}

bool knows_leases(const schema::Host& host) {
    return !host.foreign && std::ranges::find(host.capabilities, "lease") != host.capabilities.end();
}

}  // namespace weft::coordinator
