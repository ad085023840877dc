// SPDX-License-Identifier: Apache-2.0
// Stored objects as carried in messages (ObjectAnswer, CreateRequest, ModifyRequest) to Values and back, by
// kind.
#pragma once

#include "weft/schema/value.h"
#include "weft/wire/frame.h"

namespace weft::wire {

// All fields of the object, those left out at their defaults.
[[nodiscard]] Result<schema::Value> object_value(Kind kind, std::span<const std::uint8_t> bytes);
// The attributes of the fields that the map names. Errors name the field: those of patch_from_value, with
// `refused` field flags.
[[nodiscard]] Result<Bytes> object_bytes(Kind kind, const schema::Value& map, const std::string& path = {},
                                         unsigned refused = schema::server | schema::derived);
// The same fields in their canonical text forms: "2001:DB8:0::1" becomes "2001:db8::1".
[[nodiscard]] Result<schema::Value> canonical(Kind kind, const schema::Value& map,
                                              const std::string& path = {},
                                              unsigned refused = schema::server | schema::derived);

}  // namespace weft::wire
