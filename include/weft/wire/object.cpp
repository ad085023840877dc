// SPDX-License-Identifier: Apache-2.0
#include "weft/wire/object.h"

#include "weft/schema/objects.h"
#include "weft/wire/codec.h"

namespace weft::wire {
namespace {

// fn(std::type_identity<T>{}) -> Result<R> for the struct of `kind`.
template <class R, class Fn>
Result<R> dispatch(Kind kind, Fn&& fn) {
    Result<R> out = invalid("kind", "'" + std::string(to_string(kind)) + "' is no kind of object");
    schema::with_object(kind, [&](auto type) { out = fn(type); });
    return out;
}

}  // namespace

Result<schema::Value> object_value(Kind kind, std::span<const std::uint8_t> bytes) {
    return dispatch<schema::Value>(kind, [&]<class T>(std::type_identity<T>) -> Result<schema::Value> {
        T object{};
        WEFT_TRY(const auto seen, decode_into(bytes, object));
        (void)seen;
        return schema::to_value(object);
    });
}

Result<Bytes> object_bytes(Kind kind, const schema::Value& map, const std::string& path, unsigned refused) {
    return dispatch<Bytes>(kind, [&]<class T>(std::type_identity<T>) -> Result<Bytes> {
        T object{};
        WEFT_TRY(const auto mask, schema::patch_from_value(map, path, object, refused));
        return encode(object, mask);
    });
}

Result<schema::Value> canonical(Kind kind, const schema::Value& map, const std::string& path,
                                unsigned refused) {
    return dispatch<schema::Value>(kind, [&]<class T>(std::type_identity<T>) -> Result<schema::Value> {
        T object{};
        WEFT_TRY(const auto mask, schema::patch_from_value(map, path, object, refused));
        return schema::to_value(object, mask);
    });
}

}  // namespace weft::wire
