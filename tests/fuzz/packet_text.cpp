// SPDX-License-Identifier: Apache-2.0
// Any bytes as a sampled packet, of which as much is captured as in a sample.
#include <algorithm>
#include <cstdlib>
#include <span>

#include "agent/report/packet_text.h"
#include "agent/report/packet_tuple.h"
#include "weft/abi/event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span captured{data, std::min<std::size_t>(size, WEFT_EVENT_CAPTURE)};
    const auto text = weft::agent::packet_text(captured, size);
    if (text.empty() || text.size() > 4096) std::abort();
    const auto tuple = weft::agent::packet_tuple(captured);
    if (tuple && (!tuple->source || !tuple->destination)) std::abort();
    return 0;
}
