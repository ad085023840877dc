// SPDX-License-Identifier: Apache-2.0
// Any bytes as a dropped packet.
#include <cstdlib>
#include <vector>

#include "agent/report/packet_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = weft::agent::packet_text({data, size}, size);
    if (text.empty() || text.size() > 4096) std::abort();
    return 0;
}
