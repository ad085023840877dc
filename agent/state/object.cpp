// SPDX-License-Identifier: Apache-2.0
#include "agent/state/object.h"

#include "weft/wire/codec.h"

namespace weft::agent {
namespace {

// A required field that is there must also say something.
template <class T>
Result<void> check_required(const T& object) {
    Result<void> complete{};
    wire::Mask bit = 1;
    const auto given = wire::changed_fields(object);
    schema::for_each_field<T>([&](const auto& field) {
        if (complete && field.has(schema::required) && (given & bit) == 0)
            complete = invalid(std::string(field.name), "is empty");
        bit <<= 1;
    });
    return complete;
}

template <class T>
Result<Object> decode_as(const wire::Put& put) {
    auto object = wire::decode<T>(put.object);
    const auto checked = object ? check_required(*object) : Result<void>{object.error()};
    if (checked) return Object{std::move(*object)};
    auto error = checked.error();
    error.field = std::string(schema::Schema<T>::name) + (error.field.empty() ? "" : "." + error.field);
    return error;
}

}  // namespace

Result<Object> decode_object(const wire::Put& put) {
    Result<Object> object = invalid("kind", "unknown kind of desired object");
    schema::with_desired(put.kind, [&]<class T>(std::type_identity<T>) { object = decode_as<T>(put); });
    return object;
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
