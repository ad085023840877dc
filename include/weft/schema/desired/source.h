// SPDX-License-Identifier: Apache-2.0
// A source: which hosts may send packets from an overlay prefix (row 4.4).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/net/prefix.h"
#include "weft/schema/desired/kind.h"
#include "weft/schema/field.h"

namespace weft::schema {

// Which hosts may send packets with this overlay source (row 4.4). A prefix of length 0: any source of the
// GNI, for hosts with an unchecked record.
struct Source {
    std::uint32_t gni{0};
    Prefix prefix;
    std::vector<Id> hosts;

    [[nodiscard]] std::string key() const { return std::to_string(gni) + ' ' + to_string(prefix); }

    friend bool operator==(const Source&, const Source&) = default;
};

template <>
struct Schema<Source> {
    static constexpr DesiredKind kind = DesiredKind::source;
    static constexpr std::string_view name = "source";
    static constexpr auto fields = Fields{
        Field{1, "gni", &Source::gni, "guest network identifier", required, 1, 0xffffff},
        Field{2, "prefix", &Source::prefix, "overlay addresses; length 0: any", required},
        Field{3, "hosts", &Source::hosts, "hosts that may send them", settable, 0, 4000},
    };
};
WEFT_SCHEMA_COMPLETE(Source);

}  // namespace weft::schema
