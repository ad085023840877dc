// SPDX-License-Identifier: Apache-2.0
// Any bytes as a dropped packet, of which as much is captured as in a sample.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "agent/report/packet_text.h"
#include "weft/abi/event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = weft::agent::packet_text({data, std::min<std::size_t>(size, WEFT_EVENT_CAPTURE)}, size);
    if (text.empty() || text.size() > 4096) std::abort();
    return 0;
}
