// SPDX-License-Identifier: Apache-2.0
#include "agent/report/drop_message.h"

#include <algorithm>
#include <array>

#include "agent/report/packet_text.h"
#include "weft/abi/drop_reason.h"

namespace weft::agent {
namespace {

constexpr std::size_t longest_text = 1024;  // of wire::PacketEvent::packet

#define WEFT_REASON(number, name, text) DropReason{number, #name, text},
constexpr std::array reasons{WEFT_DROP_REASONS(WEFT_REASON)};
#undef WEFT_REASON

}  // namespace

DropReason drop_reason(std::uint32_t number) {
    const auto* found = std::ranges::find(reasons, number, &DropReason::number);
    return found == reasons.end() ? DropReason{number, "unknown", "a reason this agent does not know"}
                                  : *found;
}

std::optional<DropReason> drop_reason(std::string_view name) {
    const auto* found = std::ranges::find(reasons, name, &DropReason::name);
    return found == reasons.end() ? std::nullopt : std::optional{*found};
}

wire::PacketEvent drop_message(const weft_event& event, const std::string& device,
                               std::uint64_t unix_offset_us) {
    const auto reason = drop_reason(event.reason);
    const auto captured = std::min<std::size_t>(event.captured, sizeof(event.packet));
    wire::PacketEvent drop;
    drop.time_us = event.time / 1000 + unix_offset_us;
    drop.reason = event.reason;
    drop.name = reason.name;
    drop.text = reason.text;
    if (event.record != 0) drop.record = {Kind::record, event.record};
    drop.device = device;
    drop.packet = packet_text({event.packet, captured}, event.length).substr(0, longest_text);
    return drop;
}

}  // namespace weft::agent
