// SPDX-License-Identifier: Apache-2.0
#include "weft/metrics/settings.h"

namespace weft::metrics {

std::optional<Endpoint> read_listen(config::Section& metrics) {
    const auto value = metrics.find("listen");
    if (!value) return std::nullopt;
    const auto endpoint = parse_endpoint(value->text);
    if (endpoint) return *endpoint;
    metrics.complain(*value, "metrics.listen: " + endpoint.error().text);
    return std::nullopt;
}

}  // namespace weft::metrics
