// SPDX-License-Identifier: Apache-2.0
// Pending keys to writes, in an order in which no packet meets a half-installed object.
#pragma once

#include <map>
#include <string>

#include "agent/reconcile/wanted.h"

namespace weft::agent {

// Writes what is pending: puts in the order of MapId, then deletes the other way, then once more the puts
// that met a full map which has room now. Remembers what failed until it succeeds or is no longer wanted.
class Writer {
public:
    using Failures = std::map<std::pair<MapId, std::string>, std::string>;  // (map, key) -> reason

    explicit Writer(Datapath& datapath) : datapath_(datapath) {}

    void write(Wanted& wanted);
    [[nodiscard]] const Failures& failures() const { return failures_; }

private:
    using Batch = std::vector<Entry>;

    void put(MapId map, const Batch& batch);
    // Whether anything was removed.
    bool erase(MapId map, const std::vector<std::string>& keys);

    Datapath& datapath_;
    Failures failures_;
};

}  // namespace weft::agent
