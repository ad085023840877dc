// SPDX-License-Identifier: Apache-2.0
// How the capabilities of a host are written: a version of a framework, "vxlan/1", or a feature,
// "redirect-peer", "xdp-native:eth0". Ones that weft does not know are no error: negotiation passes them
// over.
#pragma once

#include <string>
#include <vector>

#include "weft/base/result.h"

namespace weft::coordinator {

// Each well formed and none twice. The error names the first that is not.
[[nodiscard]] Result<void> check_capabilities(const std::vector<std::string>& capabilities);

}  // namespace weft::coordinator
