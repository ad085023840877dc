// SPDX-License-Identifier: Apache-2.0
#include "agent/report/trace_message.h"

#include <fmt/format.h>
#include <linux/pkt_cls.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "agent/report/drop_reason.h"
#include "weft/abi/flow.h"
#include "weft/abi/framework.h"
#include "weft/abi/route.h"

namespace weft::agent {
namespace {

Address address_of(const weft_trace_step& step) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), step.address.word, bytes.size());
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const std::span all{bytes};
    const bool v4 = std::equal(mapped.begin(), mapped.end(), bytes.begin());
    const auto address = Address::from_bytes(v4 ? all.subspan(mapped.size()) : all);
    return address ? *address : Address{};
}

std::string id(Kind kind, std::uint64_t value) { return to_string(Id{kind, value}); }

std::string framework(std::uint64_t number) {
#define WEFT_TRACE_FRAMEWORK(known, name, version, overhead4, overhead6) \
    if (number == (known)) return #name "/" #version;
    WEFT_FRAMEWORKS(WEFT_TRACE_FRAMEWORK)
#undef WEFT_TRACE_FRAMEWORK
    return "no framework";
}

// The prefix of so many bits, v4-mapped ones included, that the step's address is in.
std::string prefix_of(weft_trace_step step, std::uint32_t bits) {
    auto* byte = reinterpret_cast<std::uint8_t*>(step.address.word);
    for (std::uint32_t i = bits; i < 128; ++i) byte[i / 8] &= static_cast<std::uint8_t>(~(0x80U >> (i % 8)));
    const auto network = address_of(step);
    return fmt::format("{}/{}", to_string(network), bits - (network.is_v4() ? WEFT_MAPPED_BITS : 0));
}

// The prefix that matched, its table, and what follows from it.
std::string route(const weft_trace_step& step) {
    const auto bits = static_cast<std::uint32_t>(step.id) - WEFT_TABLE_BITS;
    const auto where = fmt::format("route: {} of table {}", prefix_of(step, bits), step.id >> 32);
    switch (step.value) {
        case WEFT_ROUTE_LOCAL: return where + ", local";
        case WEFT_ROUTE_ROUTER: return where + ", a phantom router";
        case WEFT_ROUTE_RECORD: return where + ", by way of a record";
        case WEFT_ROUTE_RECORDS: return where + ", by way of one of several records";
        case WEFT_ROUTE_PARTITION: return where + ", in another partition";
        case WEFT_ROUTE_BLACKHOLE: return where + ", blackhole";
    }
    return where + ", of an unknown kind";
}

const char* flow(std::uint64_t state) {
    switch (state) {
        case 0: return "first packet of a flow";
        case WEFT_FLOW_NEW: return "packet of a flow without an answer yet";
        case WEFT_FLOW_ESTABLISHED: return "packet of an established flow";
        case WEFT_FLOW_SYN_BOTH: return "packet of a flow whose sides have both sent a SYN";
        case WEFT_FLOW_HALF_CLOSED: return "packet of a half closed flow";
        case WEFT_FLOW_CLOSED: return "packet of a closed flow";
        case WEFT_FLOW_CUT: return "packet of a cut flow";
    }
    return "packet of a flow in an unknown state";
}

std::string text(const weft_trace_step& step) {
    switch (step.kind) {
        case WEFT_TRACE_PORT: return fmt::format("port of {}, GNI {}", id(Kind::record, step.id), step.value);
        case WEFT_TRACE_FLOW: return fmt::format("{} of {}", flow(step.value), id(Kind::record, step.id));
        case WEFT_TRACE_GROUP:
            return fmt::format("allowed by rule {} of {}", step.value, id(Kind::security_group, step.id));
        case WEFT_TRACE_ATTACHMENT:
            return fmt::format("allowed by rule {} of {}", step.value, id(Kind::attachment, step.id));
        case WEFT_TRACE_ACL:
            return fmt::format("decided by rule {} of {}", step.value, id(Kind::network_acl, step.id));
        case WEFT_TRACE_ROUTE: return route(step);
        case WEFT_TRACE_NEXT_HOP: return "next hop: " + to_string(address_of(step));
        case WEFT_TRACE_MEMBER:
            return fmt::format("its flow goes to {} on {}", id(Kind::attachment, step.value),
                               id(Kind::host, step.id));
        case WEFT_TRACE_PARTITION: return fmt::format("crosses into GNI {}", step.id);
        case WEFT_TRACE_MAPPING:
            return fmt::format("mapping: {} is {} on {}", to_string(address_of(step)),
                               id(Kind::record, step.value), id(Kind::host, step.id));
        case WEFT_TRACE_SEND:
            return fmt::format("sent to {} at {} in {}", id(Kind::host, step.id), to_string(address_of(step)),
                               framework(step.value));
        case WEFT_TRACE_ARRIVAL:
            return fmt::format("from {} in {}, which may send {}", id(Kind::host, step.id),
                               framework(step.value), to_string(address_of(step)));
        case WEFT_TRACE_RECEIVER: return fmt::format("received by {}", id(Kind::record, step.id));
        case WEFT_TRACE_DROP: {
            const auto reason = drop_reason(static_cast<std::uint32_t>(step.value));
            return fmt::format("dropped: {}: {}", reason.name, reason.text);
        }
        case WEFT_TRACE_DELIVER: return fmt::format("delivered to {}", id(Kind::record, step.id));
    }
    return fmt::format("step {}", step.kind);
}

}  // namespace

wire::TraceHop trace_message(const TraceRun& run, const std::string& host) {
    wire::TraceHop hop;
    hop.host = host;
    const bool passed = run.verdict == TC_ACT_REDIRECT;
    hop.verdict = passed ? wire::TraceVerdict::answered : wire::TraceVerdict::dropped;
    for (const auto& step : run.steps) {
        hop.steps.push_back(text(step));
        if (step.kind == WEFT_TRACE_DROP) {
            hop.verdict = wire::TraceVerdict::dropped;
            hop.reason = drop_reason(static_cast<std::uint32_t>(step.value)).name;
            if (passed) hop.steps.emplace_back("the sender is told by an ICMP error");
        }
        if (passed && step.kind == WEFT_TRACE_DELIVER) hop.verdict = wire::TraceVerdict::delivered;
        if (!passed || step.kind != WEFT_TRACE_SEND) continue;
        hop.verdict = wire::TraceVerdict::sent;
        hop.next = {Kind::host, step.id};
        hop.packet.assign(run.packet.begin(), run.packet.end());
    }
    if (hop.verdict == wire::TraceVerdict::answered) hop.steps.emplace_back("answered on this host");
    return hop;
}

}  // namespace weft::agent
