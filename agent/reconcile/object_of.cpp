// SPDX-License-Identifier: Apache-2.0
// The way back: from a map entry to the object it was compiled from.
#include "agent/reconcile/bytes.h"
#include "agent/reconcile/compile.h"
#include "weft/abi/local.h"
#include "weft/abi/mapping.h"
#include "weft/abi/peer.h"
#include "weft/abi/policy.h"
#include "weft/abi/port.h"
#include "weft/abi/route.h"
#include "weft/abi/source.h"
#include "weft/abi/spread.h"

namespace weft::agent {
namespace {

// `bits` of the v4-mapped form; entries of foreign making may have impossible ones.
std::optional<Prefix> to_prefix(const weft_address& address, std::uint32_t bits) {
    const auto parsed = from_abi(address);
    const auto before = parsed.is_v4() ? WEFT_MAPPED_BITS : 0U;
    if (bits < before) return std::nullopt;
    const auto prefix = Prefix::make(parsed, bits - before);
    return prefix ? std::optional(*prefix) : std::nullopt;
}

template <class T>
std::optional<ObjectKey> keyed(std::uint32_t scope, const std::optional<Prefix>& prefix) {
    if (!prefix) return std::nullopt;
    return ObjectKey{schema::Schema<T>::kind, std::to_string(scope) + ' ' + to_string(*prefix)};
}

ObjectKey spread_key(std::uint64_t record) {
    return {schema::DesiredKind::spread, to_string(Id{Kind::record, record})};
}

ObjectKey peer_key(std::uint64_t host) {
    return {schema::DesiredKind::peer, to_string(Id{Kind::host, host})};
}

std::optional<ObjectKey> port_key(std::uint64_t attachment) {
    if (attachment == 0) return std::nullopt;
    return ObjectKey{schema::DesiredKind::port, to_string(Id{Kind::attachment, attachment})};
}

}  // namespace

std::uint32_t policy_id_of(MapId map, const std::string& key) {
    switch (map) {
        case MapId::rule_port: return from_bytes<weft_rule_port>(key).policy;
        case MapId::rule_address: return from_bytes<weft_rule_address>(key).policy;
        case MapId::rule_tag: return from_bytes<weft_rule_tag>(key).policy;
        default: return from_bytes<std::uint32_t>(key);
    }
}

std::optional<ObjectKey> object_of(MapId map, const Entry& entry, std::uint64_t own) {
    switch (map) {
        case MapId::own: return peer_key(own);
        case MapId::peer: return peer_key(from_bytes<std::uint64_t>(entry.key));
        case MapId::underlay: return peer_key(from_bytes<weft_underlay>(entry.value).host);
        case MapId::route_hops:
        case MapId::route: {
            const auto key = from_bytes<weft_route_key>(entry.key);
            return keyed<schema::Route>(key.table, to_prefix(key.address, key.prefixlen - WEFT_TABLE_BITS));
        }
        case MapId::member: return spread_key(from_bytes<weft_member_key>(entry.key).record);
        case MapId::spread: return spread_key(from_bytes<std::uint64_t>(entry.key));
        case MapId::mapping: {
            const auto key = from_bytes<weft_overlay_key>(entry.key);
            return keyed<schema::Mapping>(key.gni, to_prefix(key.address, 128));
        }
        case MapId::mapping_prefix: {
            const auto key = from_bytes<weft_overlay_prefix>(entry.key);
            return keyed<schema::Mapping>(key.gni, to_prefix(key.address, key.prefixlen - WEFT_GNI_BITS));
        }
        case MapId::source: {
            const auto key = from_bytes<weft_source_key>(entry.key);
            return keyed<schema::Source>(key.gni, to_prefix(key.address, 128));
        }
        case MapId::source_prefix: {
            const auto key = from_bytes<weft_source_prefix>(entry.key);
            return keyed<schema::Source>(key.gni,
                                         to_prefix(key.address, key.prefixlen - WEFT_SOURCE_PREFIX_BITS));
        }
        case MapId::any_source: {
            const auto key = from_bytes<weft_any_source_key>(entry.key);
            return keyed<schema::Source>(key.gni, Prefix::make(Address::v4(0), 0).value());
        }
        case MapId::local:
        case MapId::local_prefix:
        case MapId::station: return port_key(from_bytes<weft_local>(entry.value).attachment);
        case MapId::port: return port_key(from_bytes<weft_port>(entry.value).attachment);
        case MapId::counter:
        case MapId::flow_use:
        case MapId::quota:
        case MapId::rate_state:
        case MapId::rate:
        case MapId::rule_port:
        case MapId::rule_address:
        case MapId::rule_tag:
        case MapId::policy:
        case MapId::config: return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace weft::agent
