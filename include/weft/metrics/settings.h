// SPDX-License-Identifier: Apache-2.0
// Where a daemon's metrics are served, as its configuration says.
#pragma once

#include <optional>

#include "weft/config/yaml_config.h"
#include "weft/net/endpoint.h"

namespace weft::metrics {

// The key `listen` of the section `metrics`; without it metrics are not served.
[[nodiscard]] std::optional<Endpoint> read_listen(config::Section& metrics);

}  // namespace weft::metrics
