// SPDX-License-Identifier: Apache-2.0
// Who a verified TLS peer is.
#pragma once

#include <openssl/types.h>

#include "weft/wire/channel.h"

namespace weft::wire {

// Serial and weft:// URI of the peer's certificate, which the handshake has verified; Kind::none without one.
[[nodiscard]] Identity peer_certificate(SSL* tls);

}  // namespace weft::wire
