// SPDX-License-Identifier: Apache-2.0
// Names one object that a host may have to hold, without the object.
#pragma once

#include <string>
#include <tuple>

#include "weft/base/id.h"
#include "weft/net/prefix.h"
#include "weft/schema/desired.h"

namespace weft::coordinator {

// `id` is the peer's host, the port's attachment, the spread record, the group, the ACL, the instance,
// otherwise the partition.
struct Key {
    schema::DesiredKind kind{schema::DesiredKind::peer};
    Id id;
    // What outlives the object here. Mapping, source: the partition's GNI; route: the table; tag: its number.
    std::uint32_t number{0};
    Prefix prefix;  // route, mapping, source

    friend bool operator==(const Key&, const Key&) = default;
    // As they are put.
    friend auto operator<=>(const Key& a, const Key& b) {
        return std::tuple(schema::put_order(a.kind), a.id, a.number, a.prefix) <=>
               std::tuple(schema::put_order(b.kind), b.id, b.number, b.prefix);
    }
};

// The key as agents know it: key() of the structs in schema/desired.h.
[[nodiscard]] inline std::string wire_key(const Key& key) {
    using schema::DesiredKind;
    switch (key.kind) {
        case DesiredKind::route:
        case DesiredKind::mapping:
        case DesiredKind::source: return std::to_string(key.number) + ' ' + to_string(key.prefix);
        case DesiredKind::tag: return std::to_string(key.number);
        default: return to_string(key.id);
    }
}

[[nodiscard]] inline Key peer_key(Id host) { return {schema::DesiredKind::peer, host, 0, {}}; }
[[nodiscard]] inline Key port_key(Id attachment) { return {schema::DesiredKind::port, attachment, 0, {}}; }
[[nodiscard]] inline Key spread_key(Id record) { return {schema::DesiredKind::spread, record, 0, {}}; }
[[nodiscard]] inline Key group_key(Id group) { return {schema::DesiredKind::group, group, 0, {}}; }
[[nodiscard]] inline Key acl_key(Id acl) { return {schema::DesiredKind::acl, acl, 0, {}}; }
[[nodiscard]] inline Key workload_key(Id instance) {
    return {schema::DesiredKind::instance, instance, 0, {}};
}
[[nodiscard]] inline Key tag_key(Id partition, std::uint32_t tag) {
    return {schema::DesiredKind::tag, partition, tag, {}};
}

}  // namespace weft::coordinator
