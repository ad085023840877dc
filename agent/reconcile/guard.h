// SPDX-License-Identifier: Apache-2.0
// The guard against mass removal (design: an agent removes only what it was told to). Pure.
#pragma once

#include <string>

#include "agent/reconcile/compile.h"
#include "agent/state/outcome.h"

namespace weft::agent {

// The entries of the maps, by MapId, as dumped.
using Dumps = std::array<std::vector<Entry>, map_count>;

// Why a snapshot needs an operator's confirmation; empty: it may pass. It does when something is installed
// under another cluster id or epoch, or when it would remove more than half of more than 100 installed
// objects, counted by their entries in the maps that hold one kind each.
[[nodiscard]] std::string guard(const Dumps& dumps, const Installed& installed, const DesiredSet& desired,
                                const Installed& snapshot);

}  // namespace weft::agent
