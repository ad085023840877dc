// SPDX-License-Identifier: Apache-2.0
#include "coordinator/model/object.h"

#include "weft/wire/codec.h"

namespace weft::coordinator {

Result<Bytes> encode_object(const Object& object) {
    return std::visit(
        []<class P>(const P& pointer) -> Result<Bytes> {
            if constexpr (std::is_same_v<P, std::monostate>) {
                return Bytes{};
            } else {
                using T = std::remove_const_t<typename P::element_type>;
                return wire::encode(*pointer,
                                    wire::changed_fields(*pointer) & ~wire::fields_with<T>(schema::derived));
            }
        },
        object);
}

Result<Object> decode_object(Id id, std::span<const std::uint8_t> blob) {
    Result<Object> result = damaged(to_string(id), "no object of this kind is known");
    schema::with_object(id.kind, [&]<class T>(std::type_identity<T>) {
        auto decoded = std::make_shared<T>();
        if (auto fields = wire::decode_stored(blob, *decoded); !fields)
            result = damaged(to_string(id), "its stored bytes do not decode: " + fields.error().message());
        else if (decoded->id != id)
            result = damaged(to_string(id), "its stored bytes are those of " + to_string(decoded->id));
        else
            result = Object{Ptr<T>{std::move(decoded)}};
    });
    return result;
}

std::uint64_t generation_of(const Object& object) {
    return std::visit(
        []<class P>(const P& pointer) -> std::uint64_t {
            if constexpr (std::is_same_v<P, std::monostate>)
                return 0;
            else
                return pointer->generation;
        },
        object);
}

}  // namespace weft::coordinator
