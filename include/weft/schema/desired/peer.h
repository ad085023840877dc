// SPDX-License-Identifier: Apache-2.0
// A peer: a host that this one exchanges packets with.
#pragma once

#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/net/address.h"
#include "weft/schema/desired/kind.h"
#include "weft/schema/field.h"

namespace weft::schema {

// A host that exchanges packets with this one; the host itself is among them, with no framework.
struct Peer {
    Id host;
    std::string name;
    std::vector<Address> underlay;               // declared addresses of that host
    Address send_to;                             // outer destination towards it; unset for the host itself
    Address send_from;                           // this host's own address to use as outer source
    std::string send_framework;                  // "geneve/1"; empty: nothing in common, packets to it drop
    std::vector<std::string> accept_frameworks;  // what it may send us

    [[nodiscard]] std::string key() const { return to_string(host); }

    friend bool operator==(const Peer&, const Peer&) = default;
};

template <>
struct Schema<Peer> {
    static constexpr DesiredKind kind = DesiredKind::peer;
    static constexpr std::string_view name = "peer";
    static constexpr auto fields = Fields{
        Field{1, "host", &Peer::host, "the host", required},
        Field{2, "name", &Peer::name, "its name", settable, 0, 255},
        Field{3, "underlay", &Peer::underlay, "its underlay addresses", settable, 0, 8},
        Field{4, "send-to", &Peer::send_to, "outer destination", settable},
        Field{5, "send-from", &Peer::send_from, "outer source", settable},
        Field{6, "send-framework", &Peer::send_framework, "framework towards it", settable, 0, 32},
        Field{7, "accept-frameworks", &Peer::accept_frameworks, "frameworks accepted from it", settable, 0,
              16},
    };
};
WEFT_SCHEMA_COMPLETE(Peer);

}  // namespace weft::schema
