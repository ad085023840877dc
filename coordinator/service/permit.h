// SPDX-License-Identifier: Apache-2.0
// From a principal and an object to what the permission table says of them (row 1.13).
#pragma once

#include "coordinator/model/cloud.h"
#include "coordinator/permission/table.h"
#include "coordinator/service/principal.h"

namespace weft::coordinator {

using permission::Verb;

// What the principal is to the object: bits of permission::Who. Hosts and nobody are nothing to clients'
// objects.
[[nodiscard]] unsigned relations(const Cloud& cloud, const Principal& principal, const Object& object);

// Whether the object is there for the principal at all. For whoever may not see it, it does not exist.
[[nodiscard]] bool may_see(const Cloud& cloud, const Principal& principal, const Object& object);

// Refused with "only ... may ..." and the field.
[[nodiscard]] Result<void> permit(const Cloud& cloud, const Principal& principal, Verb verb,
                                  const Object& object, std::string_view field = {});
// Whether any row of the verb lets it: before the fields of a request are looked at.
[[nodiscard]] Result<void> permit_some(const Cloud& cloud, const Principal& principal, Verb verb,
                                       const Object& object);
// What is done to no object in particular, or before it is known.
[[nodiscard]] Result<void> permit(const Principal& principal, Verb verb, Kind noun);

// Every field in which `before` and `after` differ, by its row. `object` is what the principal's relation is
// to: the object as it is, or one that is being made.
template <class T>
[[nodiscard]] Result<void> permit_fields(const Cloud& cloud, const Principal& principal, Verb verb,
                                         const Object& object, const T& before, const T& after) {
    Result<void> outcome{};
    schema::for_each_field<T>([&](const auto& field) {
        if (outcome && field.client_may_set() && !(before.*field.member == after.*field.member))
            outcome = permit(cloud, principal, verb, object, field.name);
    });
    return outcome;
}

// Whether the principal may make this object, with these fields. Its owner is the field `owner`.
template <class T>
[[nodiscard]] Result<void> permit_new(const Cloud& cloud, const Principal& principal, const T& object,
                                      std::string_view owner = {}) {
    const Object made{Ptr<T>{std::make_shared<T>(object)}};
    if (auto allowed = permit(cloud, principal, Verb::create, made); !allowed) {
        auto error = allowed.error();
        error.field = owner;
        return error;
    }
    return permit_fields(cloud, principal, Verb::create, made, T{}, object);
}

}  // namespace weft::coordinator
