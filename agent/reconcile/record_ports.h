// SPDX-License-Identifier: Apache-2.0
// The ports of each record here, for entries that a record has once, however many ports: the first one's
// wishes count, and all have the same as soon as a change reached each.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "agent/state/desired_set.h"

namespace weft::agent {

class RecordPorts {
public:
    using Keys = std::set<std::string>;  // of Port

    void added(const schema::Port& port) {
        ports_[port.record.value].insert(port.key());
        changed_.insert(port.record.value);
    }
    void removed(const schema::Port& port) {
        auto& keys = ports_[port.record.value];
        keys.erase(port.key());
        if (keys.empty()) ports_.erase(port.record.value);
        changed_.insert(port.record.value);
    }
    // Records whose ports came, went or changed since the last call.
    [[nodiscard]] std::set<std::uint64_t> take_changed() { return std::exchange(changed_, {}); }

    [[nodiscard]] const std::map<std::uint64_t, Keys>& all() const { return ports_; }
    // Null for a record without ports.
    [[nodiscard]] const schema::Port* first(std::uint64_t record, const DesiredSet& desired) const {
        const auto found = ports_.find(record);
        return found == ports_.end() ? nullptr : desired.find<schema::Port>(*found->second.begin());
    }

private:
    std::map<std::uint64_t, Keys> ports_;
    std::set<std::uint64_t> changed_;
};

}  // namespace weft::agent
