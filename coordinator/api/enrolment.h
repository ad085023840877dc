// SPDX-License-Identifier: Apache-2.0
// How a host gets its certificates (design: identity).
#pragma once

#include <boost/asio/awaitable.hpp>

#include "coordinator/api/backend.h"
#include "weft/wire/channel.h"

namespace weft::coordinator::api {

// The first certificate, against a one-use token: the only thing that a peer without certificate may ask for.
[[nodiscard]] boost::asio::awaitable<Result<void>> enroll(Backend& backend, wire::Channel::Pointer channel,
                                                          const wire::Frame& frame);
// A new certificate over the session; the present one stays in force until the new one is used.
void renew(Backend& backend, Id host, const wire::RenewRequest& request, std::uint32_t sequence,
           wire::Channel::Pointer channel);
// The host came with this certificate: if it is the renewed one, the former is no longer in force.
void certificate_used(Backend& backend, const schema::Host& host, const std::string& serial);

}  // namespace weft::coordinator::api
