// SPDX-License-Identifier: Apache-2.0
// A pool of records: an instance that needs any of them takes one that is detached (row 1.10).
#pragma once

#include "weft/base/id.h"
#include "weft/schema/field.h"

namespace weft::schema {

struct Pool {
    Id id;
    std::string name;
    std::string description;
    Id partition;
    Tags tags;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};

    friend bool operator==(const Pool&, const Pool&) = default;
};

template <>
struct Schema<Pool> {
    static constexpr Kind kind = Kind::pool;
    static constexpr std::string_view name = "pool";
    static constexpr auto fields = Fields{
        Field{1, "id", &Pool::id, "id of the pool", server},
        Field{2, "name", &Pool::name, "name, unique in the partition", required, 1, 255},
        Field{3, "description", &Pool::description, "free text", settable, 0, 1024},
        Field{4, "partition", &Pool::partition, "partition of its records", required | create_only},
        Field{5, "tags", &Pool::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{6, "generation", &Pool::generation, "counts the changes of this object", server},
        Field{7, "create-time", &Pool::create_time, "microseconds since 1970 UTC", server | timestamp},
    };
};
WEFT_SCHEMA_COMPLETE(Pool);

}  // namespace weft::schema
