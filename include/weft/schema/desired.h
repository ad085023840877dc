// SPDX-License-Identifier: Apache-2.0
// What one host must hold: the objects that a session carries from the coordinator to an agent. Each has a
// key, unique among the host's objects of its kind. Put order is the order of DesiredObjects, deletes go the
// other way.
#pragma once

#include <tuple>
#include <type_traits>

#include "weft/schema/desired/kind.h"
#include "weft/schema/desired/mapping.h"
#include "weft/schema/desired/peer.h"
#include "weft/schema/desired/policy.h"
#include "weft/schema/desired/port.h"
#include "weft/schema/desired/route.h"
#include "weft/schema/desired/source.h"
#include "weft/schema/desired/spread.h"
#include "weft/schema/desired/workload.h"
#include "weft/schema/field.h"

namespace weft::schema {

// In put order: what others refer to comes first.
using DesiredObjects = std::tuple<Peer, Route, Spread, Mapping, Source, Acl, Group, Tag, Workload, Port>;

// Calls fn(std::type_identity<T>{}) for the struct of `kind`; false for a number that is none.
template <class Fn>
constexpr bool with_desired(DesiredKind kind, Fn&& fn) {
    return [&]<class... T>(std::type_identity<std::tuple<T...>>) {
        return ((Schema<T>::kind == kind && (fn(std::type_identity<T>{}), true)) || ...);
    }(std::type_identity<DesiredObjects>{});
}

// The place of a kind in the put order.
[[nodiscard]] constexpr unsigned put_order(DesiredKind kind) {
    return [&]<class... T>(std::type_identity<std::tuple<T...>>) {
        unsigned at = 0;
        (void)((Schema<T>::kind == kind || (++at, false)) || ...);
        return at;
    }(std::type_identity<DesiredObjects>{});
}

}  // namespace weft::schema
