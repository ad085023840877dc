// SPDX-License-Identifier: Apache-2.0
// The first exchange on any connection.
#pragma once

#include "weft/wire/channel.h"
#include "weft/wire/command.h"
#include "weft/wire/message/hello.h"

namespace weft::agent {

// Sends `own`, with the protocols this program speaks filled in, and returns the answer. Errors: what the
// other side refused, no common protocol, no answer within 5 s. The channel is of no use after an error.
[[nodiscard]] boost::asio::awaitable<Result<wire::Hello>> greet(wire::Channel::Pointer channel,
                                                                wire::Hello own);

// The next frame as an answer: a message `expected`, or the error that an ack carries.
[[nodiscard]] boost::asio::awaitable<Result<wire::Frame>> read_answer(wire::Channel::Pointer channel,
                                                                      wire::Command expected);

}  // namespace weft::agent
