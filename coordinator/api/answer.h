// SPDX-License-Identifier: Apache-2.0
// Answers as frames.
#pragma once

#include "weft/base/log.h"
#include "weft/wire/channel.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"

namespace weft::coordinator::api {

[[nodiscard]] inline wire::Ack to_ack(const Error& error) {
    wire::Ack ack;
    ack.code = static_cast<std::uint16_t>(error.code);
    ack.text = error.text.substr(0, 8192);
    ack.field = error.field.substr(0, 255);
    return ack;
}

// Sends `body`; if it is too large for a frame, an acknowledgement that says so.
template <class T>
void answer(wire::Channel& channel, wire::Command command, const T& body, std::uint32_t sequence,
            std::uint16_t flags = 0) {
    auto frame = wire::pack(command, body, sequence, flags);
    if (!frame) frame = wire::pack(wire::Command::ack, to_ack(frame.error()), sequence);
    if (frame) channel.send(*frame);
}

inline void refuse(wire::Channel& channel, const Error& error, std::uint32_t sequence) {
    answer(channel, wire::Command::ack, to_ack(error), sequence);
}

}  // namespace weft::coordinator::api
