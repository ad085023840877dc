// SPDX-License-Identifier: Apache-2.0
// A sampled packet as a message. Pure.
#pragma once

#include <string>

#include "weft/abi/event.h"
#include "weft/wire/message/status.h"

namespace weft::agent {

// `unix_offset_us`: CLOCK_REALTIME less CLOCK_MONOTONIC. What was lost is left to whoever sends it.
[[nodiscard]] wire::PacketEvent event_message(const weft_event& event, const std::string& device,
                                              std::uint64_t unix_offset_us);

}  // namespace weft::agent
