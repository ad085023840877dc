// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/quotas.h"

#include "agent/reconcile/bytes.h"

namespace weft::agent {

void Quotas::added(const schema::Port& port) {
    if (++records_[port.record.value] == 1) changed_ = true;
}

void Quotas::removed(const schema::Port& port) {
    if (--records_[port.record.value] > 0) return;
    records_.erase(port.record.value);
    changed_ = true;
}

void Quotas::refresh() {
    if (!changed_) return;
    changed_ = false;
    const auto value = to_bytes(quota(limits_, capacity_, records_.size()));
    std::vector<MapEntry> fresh;
    for (const auto& [record, attachments] : records_) {
        fresh.push_back({MapId::flow_use, {to_bytes(record), {}}});
        fresh.push_back({MapId::quota, {to_bytes(record), value}});
    }
    (void)wanted_.replace(granted_, fresh);  // nobody else wants these keys
    granted_ = refs_of(fresh);
}

}  // namespace weft::agent
