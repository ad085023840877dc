// SPDX-License-Identifier: Apache-2.0
#include "agent/report/event_message.h"

#include <algorithm>

#include "agent/report/drop_reason.h"
#include "agent/report/packet_text.h"
#include "weft/abi/counter.h"
#include "weft/abi/framework.h"

namespace weft::agent {
namespace {

constexpr std::size_t longest_text = 1024;  // of wire::PacketEvent::packet

wire::PacketVerdict verdict_of(std::uint32_t kind) {
    switch (kind) {
        case WEFT_EVENT_SENT: return wire::PacketVerdict::sent;
        case WEFT_EVENT_DELIVERED: return wire::PacketVerdict::delivered;
        case WEFT_EVENT_ANSWERED: return wire::PacketVerdict::answered;
        case WEFT_EVENT_TO_AGENT: return wire::PacketVerdict::to_agent;
        default: return wire::PacketVerdict::dropped;
    }
}

std::string flow_of(std::uint32_t flow) {
    switch (flow) {
        case WEFT_EVENT_FLOW_NEW: return "new";
        case WEFT_EVENT_FLOW_ESTABLISHED: return "established";
        case WEFT_EVENT_FLOW_RELATED: return "related";
        case WEFT_EVENT_FLOW_FRAGMENT: return "fragment";
        default: return {};
    }
}

std::string framework_of(std::uint32_t number) {
#define WEFT_EVENT_FRAMEWORK(known, name, version, overhead4, overhead6) \
    if (number == (known)) return #name "/" #version;
    WEFT_FRAMEWORKS(WEFT_EVENT_FRAMEWORK)
#undef WEFT_EVENT_FRAMEWORK
    return {};
}

}  // namespace

wire::PacketEvent event_message(const weft_event& event, const std::string& device,
                                std::uint64_t unix_offset_us) {
    const auto captured = std::min<std::size_t>(event.captured, sizeof(event.packet));
    wire::PacketEvent out;
    out.time_us = event.time / 1000 + unix_offset_us;
    out.verdict = verdict_of(event.kind);
    if (out.verdict == wire::PacketVerdict::dropped) {
        const auto reason = drop_reason(event.reason);
        out.reason = event.reason;
        out.name = reason.name;
        out.text = reason.text;
    }
    if (event.record != 0) out.record = {Kind::record, event.record};
    out.device = device;
    out.packet = packet_text({event.packet, captured}, event.length).substr(0, longest_text);
    out.direction = event.direction == WEFT_TX ? "tx" : "rx";
    out.gni = event.gni;
    out.flow = flow_of(event.flow);
    if (event.rule_of != 0) out.rule_of = {Kind::security_group, event.rule_of};
    out.rule = event.rule;
    if (event.peer != 0) out.peer = {Kind::host, event.peer};
    out.framework = framework_of(event.framework);
    return out;
}

}  // namespace weft::agent
