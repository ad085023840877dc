// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/rates.h"

namespace weft::agent {

void Rates::refresh(const DesiredSet& desired) {
    for (const auto record : ports_.take_changed()) {
        const auto* port = ports_.first(record, desired);
        const auto fresh = port != nullptr ? compile_rates(*port) : std::vector<MapEntry>{};
        auto& granted = granted_[record];
        (void)wanted_.replace(granted, fresh);  // nobody else wants these keys
        granted = refs_of(fresh);
        if (granted.empty()) granted_.erase(record);
    }
}

}  // namespace weft::agent
