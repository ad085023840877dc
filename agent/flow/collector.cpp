// SPDX-License-Identifier: Apache-2.0
#include "agent/flow/collector.h"

#include <algorithm>

#include "weft/base/log.h"

namespace weft::agent {
namespace {

std::uint64_t less(std::uint64_t a, std::uint64_t b) { return a < b ? 0 : a - b; }

}  // namespace

bool Collector::step() {
    if (position_.empty()) begin();
    auto flows = datapath_.flows(position_);
    if (!flows) {
        log_warning("flow", "reading the flows: {}", flows.error().message());
        position_.clear();
        whole_ = false;
        return false;
    }
    std::unordered_map<std::uint64_t, std::uint64_t> freed;
    for (auto& flow : *flows) {
        const bool garbage = flow.expired || !here_(flow.attachment);
        const bool removed = garbage && datapath_.remove_flow(flow);
        ++(removed ? freed : kept_)[flow.record];
        seen_(flow, removed);
    }
    for (const auto& [record, count] : freed) free(record, count);
    if (!position_.empty()) return true;
    settle();
    whole_ = true;
    return false;
}

void Collector::begin() {
    added_.clear();
    kept_.clear();
    for (const auto& use : datapath_.flow_uses()) added_[use.record] = use.added;
}

// Never more than were added: what is left would be below zero.
void Collector::free(std::uint64_t record, std::uint64_t count) {
    if (const auto use = datapath_.flow_use(record))
        datapath_.set_removed_flows(record, std::min(use->removed + count, use->added));
}

// An agent that dies between removing and counting leaves the count too high. What was met on the walk is
// there; beyond that there can only be what was added meanwhile.
void Collector::settle() {
    for (const auto& use : datapath_.flow_uses()) {
        const auto before = added_.find(use.record);
        if (before == added_.end()) continue;
        const auto kept = kept_[use.record];
        const auto removed =
            std::clamp(use.removed, less(std::min(before->second, use.added), kept), less(use.added, kept));
        if (removed != use.removed) datapath_.set_removed_flows(use.record, removed);
    }
}

}  // namespace weft::agent
