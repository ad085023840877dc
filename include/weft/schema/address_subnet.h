// SPDX-License-Identifier: Apache-2.0
// An address of a record and the subnet that it is of (row 1.1).
#pragma once

#include "weft/base/id.h"
#include "weft/net/address.h"
#include "weft/schema/field.h"

namespace weft::schema {

struct AddressSubnet {
    Address address;
    Id subnet;

    friend bool operator==(const AddressSubnet&, const AddressSubnet&) = default;
};

template <>
struct Schema<AddressSubnet> {
    static constexpr std::string_view name = "address-subnet";
    static constexpr auto fields = Fields{
        Field{1, "address", &AddressSubnet::address, "one of the record's addresses", required},
        Field{2, "subnet", &AddressSubnet::subnet, "its subnet", required},
    };
};
WEFT_SCHEMA_COMPLETE(AddressSubnet);

}  // namespace weft::schema
