// SPDX-License-Identifier: Apache-2.0
// The selection for one direction of a pair of hosts (row 6.2).
#pragma once

#include <string>
#include <vector>

#include "coordinator/negotiation/framework.h"
#include "weft/base/result.h"

namespace weft::coordinator::negotiation {

struct Party {
    std::string name;                       // the host's, for the explanation
    std::vector<std::string> capabilities;  // as reported; empty: nothing determined yet
};

struct Selection {
    Framework framework;
    std::string explanation;  // e.g. "geneve/1: highest common version, preferred to vxlan"
};

// What `sender` uses towards `receiver`: the most preferred framework that both have in one version, in the
// highest such version. Errors (unsupported) name both sets, or the host that reported none.
[[nodiscard]] Result<Selection> select(const Party& sender, const Party& receiver);

}  // namespace weft::coordinator::negotiation
