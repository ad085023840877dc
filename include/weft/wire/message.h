// SPDX-License-Identifier: Apache-2.0
// A described struct as a frame, and back.
#pragma once

#include "weft/wire/codec.h"
#include "weft/wire/command.h"
#include "weft/wire/frame.h"

namespace weft::wire {

[[nodiscard]] inline Frame empty_frame(Command command, std::uint32_t sequence = 0, std::uint16_t flags = 0) {
    return {static_cast<std::uint16_t>(command), flags, sequence, {}};
}

// Fails when the body exceeds the sizes of attribute.h.
template <schema::Described T>
[[nodiscard]] Result<Frame> pack(Command command, const T& body, std::uint32_t sequence = 0,
                                 std::uint16_t flags = 0) {
    auto frame = empty_frame(command, sequence, flags);
    WEFT_TRY(frame.payload, encode(body, changed_fields(body) | fields_with<T>(schema::required)));
    if (frame.payload.size() > max_frame - frame_header)
        return Error{ErrorCode::exhausted, "the message exceeds 1 MiB", std::string(schema::Schema<T>::name),
                     0};
    return frame;
}

// The body of a frame whose command is `expected`.
template <schema::Described T>
[[nodiscard]] Result<T> unpack(const Frame& frame, Command expected) {
    if (frame.type != static_cast<std::uint16_t>(expected))
        return invalid("type", "expected message " + std::to_string(static_cast<unsigned>(expected)) +
                                   ", got " + std::to_string(frame.type));
    return decode<T>(frame.payload);
}

}  // namespace weft::wire
