// SPDX-License-Identifier: Apache-2.0
// A security tag: the number by which packets, mappings and hosts know a set of security groups that records
// of one partition have in common (row 4.1). Made when a record first has the set, gone with the last one.
#pragma once

#include "weft/base/id.h"
#include "weft/schema/field.h"

namespace weft::schema {

inline constexpr std::uint32_t max_tag = 0x7fffffff;
inline constexpr std::size_t most_groups = 16;

// Numbers only grow, so that what a host still holds of a former tag never means another set: the highest one
// stays without groups and partition when its last record leaves, until a higher one is given.
struct SecurityTag {
    Id id;
    std::uint32_t number{0};
    Id partition;
    std::vector<Id> groups;  // in the order of ids
    std::uint64_t generation{0};
    std::uint64_t create_time{0};

    friend bool operator==(const SecurityTag&, const SecurityTag&) = default;
};

template <>
struct Schema<SecurityTag> {
    static constexpr Kind kind = Kind::tag;
    static constexpr std::string_view name = "tag";
    static constexpr auto fields = Fields{
        Field{1, "id", &SecurityTag::id, "id of the tag", server},
        Field{2, "number", &SecurityTag::number, "what packets and mappings carry", server, 1, max_tag},
        Field{3, "partition", &SecurityTag::partition, "partition of the groups", server},
        Field{4, "groups", &SecurityTag::groups, "what it stands for; empty: nothing any more", server, 0,
              most_groups},
        Field{5, "generation", &SecurityTag::generation, "counts the changes of this object", server},
        Field{6, "create-time", &SecurityTag::create_time, "microseconds since 1970 UTC", server | timestamp},
    };
};
WEFT_SCHEMA_COMPLETE(SecurityTag);

}  // namespace weft::schema
