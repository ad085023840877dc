// SPDX-License-Identifier: Apache-2.0
#include "agent/report/event_filter.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/report/drop_reason.h"
#include "agent/report/packet_tuple.h"
#include "weft/abi/counter.h"
#include "weft/base/id.h"

namespace weft::agent {
namespace {

constexpr std::pair<std::string_view, std::uint8_t> protocols[] = {
    {"tcp", IPPROTO_TCP},   {"udp", IPPROTO_UDP},   {"icmp", IPPROTO_ICMP},       {"icmp6", IPPROTO_ICMPV6},
    {"sctp", IPPROTO_SCTP}, {"dccp", IPPROTO_DCCP}, {"udplite", IPPROTO_UDPLITE},
};

Result<std::uint8_t> parse_protocol(const std::string& text) {
    const auto* const named =
        std::ranges::find(protocols, text, &std::pair<std::string_view, std::uint8_t>::first);
    if (named != std::end(protocols)) return named->second;
    std::uint8_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end)
        return invalid("proto",
                       "tcp, udp, icmp, icmp6, sctp, dccp, udplite or a number to 255 was expected: " + text);
    return number;
}

}  // namespace

Result<EventFilter> EventFilter::make(const wire::MonitorRequest& request) {
    EventFilter filter;
    filter.verdicts_ = request.verdicts;
    filter.gni_ = request.gni;
    filter.port_ = request.port;
    if (!request.record.empty()) {
        WEFT_TRY(const auto id, parse_id(request.record));
        if (id.kind != Kind::record)
            return invalid("record", "the id of a record was expected: " + request.record);
        filter.record_ = id.value;
    }
    if (!request.reason.empty()) {
        const auto reason = drop_reason(request.reason);
        if (!reason) return invalid("reason", "there is no drop reason " + request.reason);
        filter.reason_ = reason->number;
    }
    if (!request.remote.empty()) {
        const auto remote = Prefix::parse(request.remote);
        if (!remote) return invalid("remote", "an address or a prefix was expected: " + request.remote);
        filter.remote_ = *remote;
    }
    if (!request.proto.empty()) {
        WEFT_TRY(filter.protocol_, parse_protocol(request.proto));
    }
    if (request.direction == "tx")
        filter.direction_ = WEFT_TX;
    else if (request.direction == "rx")
        filter.direction_ = WEFT_RX;
    else if (!request.direction.empty())
        return invalid("direction", "rx or tx was expected: " + request.direction);
    return filter;
}

bool EventFilter::matches(const weft_event& event) const {
    if (event.kind != WEFT_EVENT_DROP && !verdicts_) return false;
    if (record_ != 0 && record_ != event.record) return false;
    if (reason_ != 0 && reason_ != event.reason) return false;
    if (direction_ != 0 && direction_ != event.direction) return false;
    return (gni_ == 0 && port_ == 0 && !remote_ && !protocol_) || matches_packet(event);
}

// The remote end of what the router answers, as of what comes in, is the source.
bool EventFilter::matches_packet(const weft_event& event) const {
    const auto captured = std::min<std::size_t>(event.captured, sizeof(event.packet));
    const auto tuple = packet_tuple({event.packet, captured});
    const auto gni = event.gni != 0 || !tuple ? event.gni : tuple->gni;
    if (gni_ != 0 && gni_ != gni) return false;
    if (port_ == 0 && !remote_ && !protocol_) return true;
    if (!tuple) return false;
    if (protocol_ && protocol_ != tuple->protocol) return false;
    if (port_ != 0 && tuple->source_port != port_ && tuple->destination_port != port_) return false;
    const bool out = event.direction == WEFT_TX && event.kind != WEFT_EVENT_ANSWERED;
    return !remote_ || remote_->contains(out ? tuple->destination : tuple->source);
}

void EventFilter::add_to(Watched& watched) const {
    if (!verdicts_ || reason_ != 0) return;  // what passes has no reason
    if (direction_ != WEFT_RX) watched.add(WEFT_TX, record_);
    if (direction_ != WEFT_TX) watched.add(WEFT_RX, record_);
}

}  // namespace weft::agent
