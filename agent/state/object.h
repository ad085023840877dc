// SPDX-License-Identifier: Apache-2.0
// Desired objects from and to messages.
#pragma once

#include "agent/state/desired_set.h"
#include "weft/wire/message/session.h"

namespace weft::agent {

// The object that a put carries; the error names the field.
[[nodiscard]] Result<Object> decode_object(const wire::Put& put);
[[nodiscard]] Result<wire::Put> encode_object(const Object& object);

// Calls fn(Object) -> Result<void> for every object of the set, in put order, until one fails.
template <class Fn>
[[nodiscard]] Result<void> for_each_object(const DesiredSet& desired, Fn&& fn) {
    Result<void> outcome{};
    const auto each = [&]<class T>(std::type_identity<T>) {
        for (const auto& [key, object] : desired.of<T>()) {
            if (!outcome) return;
            outcome = fn(Object{object});
        }
    };
    [&]<class... T>(std::type_identity<std::tuple<T...>>) {
        (each(std::type_identity<T>{}), ...);
    }(std::type_identity<schema::DesiredObjects>{});
    return outcome;
}

}  // namespace weft::agent
