// SPDX-License-Identifier: Apache-2.0
// A pool of addresses: the coordinator picks from it on the customer's behalf (row 1.10). Of a partition:
// private addresses, inside its subnets. Without a partition: public ones, the operator's.
#pragma once

#include "weft/base/id.h"
#include "weft/net/prefix.h"
#include "weft/schema/field.h"

namespace weft::schema {

struct AddressPool {
    Id id;
    std::string name;
    std::string description;
    Id partition;
    std::vector<Prefix> ranges;
    Tags tags;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};

    friend bool operator==(const AddressPool&, const AddressPool&) = default;
};

template <>
struct Schema<AddressPool> {
    static constexpr Kind kind = Kind::address_pool;
    static constexpr std::string_view name = "address-pool";
    static constexpr auto fields = Fields{
        Field{1, "id", &AddressPool::id, "id of the pool", server},
        Field{2, "name", &AddressPool::name, "name, unique in the partition, or among the public pools",
              required, 1, 255},
        Field{3, "description", &AddressPool::description, "free text", settable, 0, 1024},
        Field{4, "partition", &AddressPool::partition, "partition of private addresses; none: public ones",
              create_only},
        Field{5, "ranges", &AddressPool::ranges, "prefixes whose addresses it holds, all of them", required,
              1, 64},
        Field{6, "tags", &AddressPool::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{7, "generation", &AddressPool::generation, "counts the changes of this object", server},
        Field{8, "create-time", &AddressPool::create_time, "microseconds since 1970 UTC", server | timestamp},
    };
};
WEFT_SCHEMA_COMPLETE(AddressPool);

}  // namespace weft::schema
