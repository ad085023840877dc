// SPDX-License-Identifier: Apache-2.0
#include "agent/state/object.h"

#include "weft/wire/codec.h"

namespace weft::agent {
namespace {

template <class T>
Result<Object> decode_as(const wire::Put& put) {
    auto object = wire::decode<T>(put.object);
    if (object) return Object{std::move(*object)};
    auto error = object.error();
    error.field = std::string(schema::Schema<T>::name) + (error.field.empty() ? "" : "." + error.field);
    return error;
}

}  // namespace

Result<Object> decode_object(const wire::Put& put) {
    switch (put.kind) {
        case schema::DesiredKind::peer: return decode_as<schema::Peer>(put);
        case schema::DesiredKind::route: return decode_as<schema::Route>(put);
        case schema::DesiredKind::mapping: return decode_as<schema::Mapping>(put);
        case schema::DesiredKind::source: return decode_as<schema::Source>(put);
        case schema::DesiredKind::port: return decode_as<schema::Port>(put);
    }
    return invalid("kind", "unknown kind of desired object");
}

Result<wire::Put> encode_object(const Object& object) {
    return std::visit(
        []<class T>(const T& o) -> Result<wire::Put> {
            WEFT_TRY(auto bytes, wire::encode(o));
            return wire::Put{schema::Schema<T>::kind, std::move(bytes)};
        },
        object);
}

}  // namespace weft::agent
