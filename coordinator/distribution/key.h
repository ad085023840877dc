// SPDX-License-Identifier: Apache-2.0
// Names one object that a host may have to hold, without the object.
#pragma once

#include <string>

#include "weft/base/id.h"
#include "weft/net/prefix.h"
#include "weft/schema/desired.h"

namespace weft::coordinator {

// Ordered as they are put: by kind. `id` is the peer's host, the port's attachment, otherwise the partition.
struct Key {
    schema::DesiredKind kind{schema::DesiredKind::peer};
    Id id;
    std::uint32_t gni{0};  // route, mapping, source: the partition's, which outlives it here
    Prefix prefix;         // route, mapping, source

    friend bool operator==(const Key&, const Key&) = default;
    friend auto operator<=>(const Key&, const Key&) = default;
};

// The key as agents know it: key() of the structs in schema/desired.h.
[[nodiscard]] inline std::string wire_key(const Key& key) {
    using schema::DesiredKind;
    if (key.kind == DesiredKind::peer || key.kind == DesiredKind::port) return to_string(key.id);
    return std::to_string(key.gni) + ' ' + to_string(key.prefix);
}

[[nodiscard]] inline Key peer_key(Id host) { return {schema::DesiredKind::peer, host, 0, {}}; }
[[nodiscard]] inline Key port_key(Id attachment) { return {schema::DesiredKind::port, attachment, 0, {}}; }

}  // namespace weft::coordinator
