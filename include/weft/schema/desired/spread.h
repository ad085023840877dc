// SPDX-License-Identifier: Apache-2.0
// A spread: the instances of a record that is on several of them, as senders choose between them (row 2.7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/schema/desired/kind.h"
#include "weft/schema/field.h"

namespace weft::schema {

inline constexpr std::size_t most_members = 64;  // of a record on several instances

// An instance that a shared record is attached to.
struct Member {
    Id attachment;
    Id host;
    std::uint32_t weight{1};  // 0: keeps the flows that it has, and gets no new ones

    friend bool operator==(const Member&, const Member&) = default;
};

template <>
struct Schema<Member> {
    static constexpr std::string_view name = "member";
    static constexpr auto fields = Fields{
        Field{1, "attachment", &Member::attachment, "the attachment", required},
        Field{2, "host", &Member::host, "host that it is on", required},
        Field{3, "weight", &Member::weight, "0: no new flows", settable, 0, 1},
    };
};
WEFT_SCHEMA_COMPLETE(Member);

// Where the flows to a record that is on several instances at once may go (row 2.7).
struct Spread {
    Id record;
    std::vector<Member> members;  // in the order of their attachments

    [[nodiscard]] std::string key() const { return to_string(record); }

    friend bool operator==(const Spread&, const Spread&) = default;
};

template <>
struct Schema<Spread> {
    static constexpr DesiredKind kind = DesiredKind::spread;
    static constexpr std::string_view name = "spread";
    static constexpr auto fields = Fields{
        Field{1, "record", &Spread::record, "the record", required},
        Field{2, "members", &Spread::members, "its instances", settable, 0, most_members},
    };
};
WEFT_SCHEMA_COMPLETE(Spread);

}  // namespace weft::schema
