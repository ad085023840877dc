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
    const auto each = [&]<class T>(const DesiredSet::Objects<T>& objects) -> Result<void> {
        for (const auto& [key, object] : objects) WEFT_CHECK(fn(Object{object}));
        return {};
    };
    WEFT_CHECK(each(desired.of<schema::Peer>()));
    WEFT_CHECK(each(desired.of<schema::Route>()));
    WEFT_CHECK(each(desired.of<schema::Mapping>()));
    WEFT_CHECK(each(desired.of<schema::Source>()));
    return each(desired.of<schema::Port>());
}

}  // namespace weft::agent
