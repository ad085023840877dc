// SPDX-License-Identifier: Apache-2.0
// How a host gets its first certificate.
#pragma once

#include <string>

#include "weft/wire/channel.h"
#include "weft/wire/tls.h"

namespace weft::agent {

// Over a channel without a client certificate: makes a key, has it signed for the host that the token was
// made for, writes key and certificate (0600). Returns the host's id. Nothing is written before the
// certificate is here.
[[nodiscard]] boost::asio::awaitable<Result<Id>> enroll(wire::Channel::Pointer channel, std::string token,
                                                        wire::TlsFiles files);

}  // namespace weft::agent
