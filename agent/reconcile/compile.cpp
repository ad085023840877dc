// SPDX-License-Identifier: Apache-2.0
#include "agent/reconcile/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/share.h"
#include "agent/reconcile/spread.h"
#include "weft/abi/framework.h"
#include "weft/abi/mapping.h"
#include "weft/abi/peer.h"
#include "weft/abi/route.h"
#include "weft/abi/source.h"

namespace weft::agent {
namespace {

bool is_host(const Prefix& prefix) { return prefix.length() == prefix.address().bits(); }

std::uint16_t to_u16(std::uint32_t value) {
    return static_cast<std::uint16_t>(
        std::min<std::uint32_t>(value, std::numeric_limits<std::uint16_t>::max()));
}

Compiled compile_own(const schema::Peer& peer) {
    Compiled out;
    weft_own own{};
    std::size_t v4 = 0;
    std::size_t v6 = 0;
    for (const auto& address : peer.underlay) {
        if (address.is_v4() && v4 < WEFT_OWN_ADDRESSES)
            std::memcpy(&own.v4[v4++], address.bytes().data(), sizeof(own.v4[0]));
        else if (address.is_v6() && v6 < WEFT_OWN_ADDRESSES)
            own.v6[v6++] = to_abi(address);
        else
            out.failed = fmt::format("more than {} underlay addresses of one family", WEFT_OWN_ADDRESSES);
    }
    out.entries.push_back({MapId::own, {to_bytes(std::uint32_t{0}), to_bytes(own)}});
    return out;
}

// The mask of the frameworks that this agent knows; the others are named in `unknown`.
std::uint32_t framework_mask(const std::vector<std::string>& names, std::string& unknown) {
    std::uint32_t mask = 0;
    for (const auto& name : names) {
        if (const auto number = framework_number(name))
            mask |= 1U << *number;
        else
            unknown = fmt::format("framework '{}' is not known to this agent", name);
    }
    return mask;
}

}  // namespace

std::optional<std::uint8_t> framework_number(const std::string& name) {
#define WEFT_FRAMEWORK_NAME(number, text, version, overhead4, overhead6) \
    if (name == #text "/" #version) return static_cast<std::uint8_t>(number);
    WEFT_FRAMEWORKS(WEFT_FRAMEWORK_NAME)
#undef WEFT_FRAMEWORK_NAME
    return std::nullopt;
}

Compiled compile_peer(const schema::Peer& peer, std::uint64_t own, const Result<Path>& path) {
    if (peer.host.value == own) return compile_own(peer);
    Compiled out;
    weft_underlay underlay{};
    underlay.host = peer.host.value;
    underlay.accepted = framework_mask(peer.accept_frameworks, out.failed);
    for (const auto& address : peer.underlay)
        out.entries.push_back({MapId::underlay, {to_bytes(to_abi(address)), to_bytes(underlay)}});

    weft_peer entry{};
    entry.remote = to_abi(peer.send_to);
    entry.source = to_abi(peer.send_from);
    if (!peer.send_framework.empty()) {
        if (const auto number = framework_number(peer.send_framework))
            entry.framework = *number;
        else
            out.failed = fmt::format("framework '{}' is not known to this agent", peer.send_framework);
    }
    if (peer.send_to.is_v6()) entry.flags |= WEFT_PEER_IPV6;
    if (peer.send_to && path) {
        entry.next_hop = to_abi(path->next_hop);
        entry.ifindex = path->ifindex;
        entry.mtu = to_u16(path->mtu);
    } else if (peer.send_to) {
        out.waiting = path.error().message();
    }
    out.entries.push_back({MapId::peer, {to_bytes(peer.host.value), to_bytes(entry)}});
    return out;
}

Compiled compile_route(const schema::Route& route) {
    weft_route_key key{};
    key.prefixlen = WEFT_TABLE_BITS + mapped_length(route.prefix);
    key.table = route.table;
    key.address = to_abi(route.prefix.address());
    weft_route value{};
    value.prefixlen = key.prefixlen;
    Compiled out;
    switch (route.target) {
        case schema::RouteTarget::local: value.target = WEFT_ROUTE_LOCAL; break;
        case schema::RouteTarget::router: value.target = WEFT_ROUTE_ROUTER; break;
        case schema::RouteTarget::blackhole: value.target = WEFT_ROUTE_BLACKHOLE; break;
        case schema::RouteTarget::partition:
            value.target = WEFT_ROUTE_PARTITION;
            value.gni = route.gni;
            break;
        case schema::RouteTarget::record:
            if (route.next_hops.size() > WEFT_ROUTE_HOPS)
                out.failed = "more next hops than can share a route";
            if (route.next_hops.empty()) {
                value.target = WEFT_ROUTE_BLACKHOLE;
            } else if (route.next_hops.size() == 1) {
                value.target = WEFT_ROUTE_RECORD;
                value.next_hop = to_abi(route.next_hops.front().address);
            } else {
                value.target = WEFT_ROUTE_RECORDS;
                value.next_hop = key.address;
                out.entries.push_back(
                    {MapId::route_hops, {to_bytes(key), to_bytes(share_slots(route.next_hops))}});
            }
            break;
    }
    out.entries.push_back({MapId::route, {to_bytes(key), to_bytes(value)}});
    return out;
}

Compiled compile_spread(const schema::Spread& spread, std::uint64_t own) {
    Compiled out;
    const auto put = [&](std::uint32_t member, const schema::Member& at) {
        const weft_member_key key{spread.record.value, member, 0};
        const weft_member value{at.host.value, at.attachment.value};
        out.entries.push_back({MapId::member, {to_bytes(key), to_bytes(value)}});
    };
    const schema::Member* first = nullptr;
    for (const auto& member : spread.members) {
        put(weft_member_id(member.attachment.value), member);
        if (member.host.value != own) continue;
        if (first == nullptr || (first->weight == 0 && member.weight != 0)) first = &member;
    }
    if (first != nullptr) put(0, *first);
    const auto slots = spread_slots(spread.members);
    out.entries.push_back({MapId::spread, {to_bytes(spread.record.value), to_bytes(slots)}});
    return out;
}

Compiled compile_mapping(const schema::Mapping& mapping) {
    weft_mapping value{};
    if (mapping.spread) value.flags |= WEFT_MAPPING_SPREAD;
    value.host = mapping.host.value;
    value.record = mapping.record.value;
    value.tag = mapping.tag;
    std::ranges::copy(mapping.mac.bytes, value.mac);
    if (is_host(mapping.prefix)) {
        weft_overlay_key key{mapping.gni, to_abi(mapping.prefix.address())};
        return {{{MapId::mapping, {to_bytes(key), to_bytes(value)}}}, {}, {}};
    }
    weft_overlay_prefix key{WEFT_GNI_BITS + mapped_length(mapping.prefix), mapping.gni,
                            to_abi(mapping.prefix.address())};
    return {{{MapId::mapping_prefix, {to_bytes(key), to_bytes(value)}}}, {}, {}};
}

Compiled compile_source(const schema::Source& source, const schema::Mapping* mapping) {
    Compiled out;
    weft_source value{};
    if (mapping != nullptr) {
        value.record = mapping->record.value;
        value.tag = mapping->tag;
    }
    for (const auto& host : source.hosts) {
        if (source.prefix.length() == 0) {
            const weft_any_source_key key{host.value, source.gni, 0};
            out.entries.push_back({MapId::any_source, {to_bytes(key), to_bytes(weft_any_source{})}});
        } else if (is_host(source.prefix)) {
            const weft_source_key key{host.value, source.gni, to_abi(source.prefix.address()), 0};
            out.entries.push_back({MapId::source, {to_bytes(key), to_bytes(value)}});
        } else {
            const weft_source_prefix key{WEFT_SOURCE_PREFIX_BITS + mapped_length(source.prefix), source.gni,
                                         static_cast<std::uint32_t>(host.value),
                                         static_cast<std::uint32_t>(host.value >> 32),
                                         to_abi(source.prefix.address())};
            out.entries.push_back({MapId::source_prefix, {to_bytes(key), to_bytes(value)}});
        }
    }
    return out;
}

}  // namespace weft::agent
