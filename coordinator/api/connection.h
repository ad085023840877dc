// SPDX-License-Identifier: Apache-2.0
// One connection from its first frame to its end.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "coordinator/api/backend.h"
#include "weft/wire/channel.h"

namespace weft::coordinator::api {

// The hello within five seconds, then what the peer may do: a client's requests, a host's session, or,
// without a certificate, one login or enrolment.
[[nodiscard]] boost::asio::awaitable<void> serve(Backend& backend, wire::Channel::Pointer channel);

}  // namespace weft::coordinator::api
