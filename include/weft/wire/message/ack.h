// SPDX-License-Identifier: Apache-2.0
// The answer to a changing request. Layout: its table; values as in attribute.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/schema/field.h"

namespace weft::wire {

using schema::Bytes;

// The answer to a changing request; code 0 is success.
struct Ack {
    std::uint16_t code{0};
    std::string text;
    std::string field;
    std::uint64_t revision{0};
    bool changed{false};
    Kind kind{Kind::none};
    Bytes object;
    Id operation;
    std::vector<std::string> notes;
    std::vector<std::string> lost_hosts;
    std::uint64_t took_us{0};

    friend bool operator==(const Ack&, const Ack&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
struct Schema<wire::Ack> {
    static constexpr std::string_view name = "Ack";
    static constexpr auto fields = Fields{
        Field{1, "code", &wire::Ack::code, "an ErrorCode, or 0"},
        Field{2, "text", &wire::Ack::text, "what was wrong and expected, or what was done", settable, 0,
              8192},
        Field{3, "field", &wire::Ack::field, "the offending field or attribute", settable, 0, 255},
        Field{4, "revision", &wire::Ack::revision, "revision of the commit"},
        Field{5, "changed", &wire::Ack::changed, "false: it was already so, or dry run"},
        Field{6, "kind", &wire::Ack::kind, "kind of `object`"},
        Field{7, "object", &wire::Ack::object, "the object afterwards"},
        Field{8, "operation", &wire::Ack::operation, "the operation that goes on"},
        Field{9, "notes", &wire::Ack::notes, "what the requester should know", settable, 0, 64},
        Field{10, "lost-hosts", &wire::Ack::lost_hosts, "affected hosts that are not connected", settable, 0,
              2000},
        Field{11, "took-us", &wire::Ack::took_us,
              "from commit to installed everywhere awaited, microseconds; 0 not awaited"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Ack);

}  // namespace weft::schema
