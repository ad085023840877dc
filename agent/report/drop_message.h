// SPDX-License-Identifier: Apache-2.0
// A sampled drop as a message. Pure.
#pragma once

#include <optional>
#include <string>

#include "weft/abi/event.h"
#include "weft/wire/message/status.h"

namespace weft::agent {

struct DropReason {
    std::uint32_t number{0};
    std::string_view name;  // "source_address"
    std::string_view text;
};
// Name and text of a number that is not listed: "unknown".
[[nodiscard]] DropReason drop_reason(std::uint32_t number);
[[nodiscard]] std::optional<DropReason> drop_reason(std::string_view name);

// `unix_offset_us`: CLOCK_REALTIME less CLOCK_MONOTONIC. `lost` is left to whoever sends it.
[[nodiscard]] wire::PacketEvent drop_message(const weft_event& event, const std::string& device,
                                             std::uint64_t unix_offset_us);

}  // namespace weft::agent
