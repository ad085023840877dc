// SPDX-License-Identifier: Apache-2.0
// Pending keys to writes, in an order in which no packet meets a half-installed object.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "agent/reconcile/wanted.h"

namespace weft::agent {

// Writes what is pending: puts in the order of MapId, then deletes the other way, then once more the puts
// that met a full map which has room now. Remembers what failed until it succeeds or is no longer wanted.
class Writer {
public:
    using Failures = std::map<std::pair<MapId, std::string>, std::string>;  // (map, key) -> reason

    // Whether an entry that nobody wants stays for now; it is asked again when the maps are compared.
    using Keeps = std::function<bool(MapId map, const std::string& key)>;

    Writer(Datapath& datapath, Keeps keeps) : datapath_(datapath), keeps_(std::move(keeps)) {}

    void write(Wanted& wanted);
    // Only what is to be put into this map.
    void put(Wanted& wanted, MapId map);
    [[nodiscard]] const Failures& failures() const { return failures_; }

private:
    using Batch = std::vector<Entry>;

    // Puts what is pending in a map, and returns what is to be removed.
    [[nodiscard]] std::vector<std::string> put_pending(Wanted& wanted, MapId map);
    void put(MapId map, const Batch& batch);
    // Whether anything was removed.
    bool erase(MapId map, const std::vector<std::string>& keys);

    Datapath& datapath_;
    Keeps keeps_;
    Failures failures_;
};

}  // namespace weft::agent
