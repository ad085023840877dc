// SPDX-License-Identifier: Apache-2.0
// A private address of a record and the public one that stands for it (row 1.1).
#pragma once

#include "weft/net/address.h"
#include "weft/schema/field.h"

namespace weft::schema {

struct PublicAddress {
    Address address;
    Address public_address;

    friend bool operator==(const PublicAddress&, const PublicAddress&) = default;
};

template <>
struct Schema<PublicAddress> {
    static constexpr std::string_view name = "public-address";
    static constexpr auto fields = Fields{
        Field{1, "private", &PublicAddress::address, "one of the record's addresses", required},
        Field{2, "public", &PublicAddress::public_address,
              "of a public pool of addresses; chosen from one when left out"},
    };
};
WEFT_SCHEMA_COMPLETE(PublicAddress);

}  // namespace weft::schema
