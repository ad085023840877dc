// SPDX-License-Identifier: Apache-2.0
// The registry of stored objects: iterate over all kinds, or dispatch from a Kind to its struct.
#pragma once

#include <tuple>
#include <type_traits>

#include "weft/schema/access_key.h"
#include "weft/schema/acl.h"
#include "weft/schema/address_pool.h"
#include "weft/schema/attachment.h"
#include "weft/schema/host.h"
#include "weft/schema/instance.h"
#include "weft/schema/operation.h"
#include "weft/schema/partition.h"
#include "weft/schema/pool.h"
#include "weft/schema/record.h"
#include "weft/schema/route_table.h"
#include "weft/schema/scaling_rule.h"
#include "weft/schema/security_group.h"
#include "weft/schema/subnet.h"
#include "weft/schema/tag.h"

namespace weft::schema {

// What refers to others comes after them.
using Objects =
    std::tuple<Partition, SecurityGroup, SecurityTag, NetworkAcl, RouteTable, Subnet, Host, Instance, Pool,
               AddressPool, Record, Attachment, Operation, AccessKey, ScalingRule>;

// Calls fn(std::type_identity<T>{}) for each object type.
template <class Fn>
constexpr void for_each_object(Fn&& fn) {
    [&]<class... T>(std::type_identity<std::tuple<T...>>) {
        (fn(std::type_identity<T>{}), ...);
    }(std::type_identity<Objects>{});
}

// Calls fn(std::type_identity<T>{}) for the struct of `kind`; false when the kind is not an object here.
template <class Fn>
constexpr bool with_object(Kind kind, Fn&& fn) {
    bool found = false;
    for_each_object([&]<class T>(std::type_identity<T> type) {
        if (!found && Schema<T>::kind == kind) {
            found = true;
            fn(type);
        }
    });
    return found;
}

}  // namespace weft::schema
