// SPDX-License-Identifier: Apache-2.0
// A mapping: where packets to an overlay prefix go.
#pragma once

#include <cstdint>
#include <string>

#include "weft/base/id.h"
#include "weft/net/mac.h"
#include "weft/net/prefix.h"
#include "weft/schema/desired/kind.h"
#include "weft/schema/field.h"
#include "weft/schema/tag.h"

namespace weft::schema {

// (GNI, overlay prefix) -> host, record, MAC, tag.
struct Mapping {
    std::uint32_t gni{0};
    Prefix prefix;
    Id host;
    Id record;
    Mac mac;
    std::uint32_t tag{0};
    bool spread{false};  // by flow over the members of the record's Spread; `host` is that of one

    [[nodiscard]] std::string key() const { return std::to_string(gni) + ' ' + to_string(prefix); }

    friend bool operator==(const Mapping&, const Mapping&) = default;
};

template <>
struct Schema<Mapping> {
    static constexpr DesiredKind kind = DesiredKind::mapping;
    static constexpr std::string_view name = "mapping";
    static constexpr auto fields = Fields{
        Field{1, "gni", &Mapping::gni, "guest network identifier", required, 1, 0xffffff},
        Field{2, "prefix", &Mapping::prefix, "overlay addresses", required},
        Field{3, "host", &Mapping::host, "host they live on", required},
        Field{4, "record", &Mapping::record, "their record", required},
        Field{5, "mac", &Mapping::mac, "its MAC address", settable},
        Field{6, "tag", &Mapping::tag, "security tag; 0 none", settable, 0, max_tag},
        Field{7, "spread", &Mapping::spread, "over the record's members, by flow", settable},
    };
};
WEFT_SCHEMA_COMPLETE(Mapping);

}  // namespace weft::schema
