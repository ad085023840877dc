// SPDX-License-Identifier: Apache-2.0
// From the bytes of a request to an object: what a client may set, at creation and later.
#pragma once

#include "coordinator/service/plan.h"
#include "weft/wire/codec.h"

namespace weft::coordinator {

template <class T>
struct Given {
    T object;
    wire::Mask fields;  // which the client gave

    template <class V>
    [[nodiscard]] bool has(V T::*member) const {
        bool given = false;
        wire::Mask bit = 1;
        schema::for_each_field<T>([&](const auto& field) {
            if constexpr (std::is_same_v<decltype(field.member), V T::*>)
                given = given || (field.member == member && (fields & bit) != 0);
            bit <<= 1;
        });
        return given;
    }
};

// A new object: fields of the coordinator are refused, required ones must be there. `filled`: required fields
// that the caller fills itself.
template <class T>
[[nodiscard]] Result<Given<T>> given_fields(const Bytes& bytes, std::string_view filled = {}) {
    Given<T> given{T{}, 0};
    WEFT_TRY(given.fields, wire::decode_into(bytes, given.object));
    Result<void> outcome{};
    wire::Mask bit = 1;
    schema::for_each_field<T>([&](const auto& field) {
        const bool present = (given.fields & bit) != 0;
        if (outcome && present && !field.client_may_set())
            outcome = invalid(std::string(field.name), "is set by the coordinator");
        if (outcome && !present && field.has(schema::required) && field.name != filled)
            outcome = invalid(std::string(field.name), "is missing");
        bit <<= 1;
    });
    if (!outcome) return outcome.error();
    return given;
}

// The object with a patch: every field that it changes is one that the principal may change, fields of the
// coordinator, and those fixed at creation, may only be given as they
// are. `attached`: fields that need a detached record are fixed too.
template <class T>
[[nodiscard]] Result<T> patched(const Context& context, const T& current, const Bytes& patch,
                                bool attached = false) {
    T object = current;
    WEFT_TRY(const auto mask, wire::decode_into(patch, object));
    WEFT_CHECK(permit_fields(context.cloud, context.principal, Verb::modify, context.cloud.find(current.id),
                             current, object));
    Result<void> outcome{};
    wire::Mask bit = 1;
    schema::for_each_field<T>([&](const auto& field) {
        if (outcome && (mask & bit) != 0 && !(object.*field.member == current.*field.member)) {
            const std::string name{field.name};
            if (!field.client_may_set())
                outcome = invalid(name, "is set by the coordinator");
            else if (field.has(schema::create_only))
                outcome = invalid(name, "is fixed at creation");
            else if (attached && field.has(schema::detached_only))
                outcome = conflict(name, "can change only while the record is detached");
        }
        bit <<= 1;
    });
    if (!outcome) return outcome.error();
    return object;
}

}  // namespace weft::coordinator
