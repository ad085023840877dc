// SPDX-License-Identifier: Apache-2.0
// TLS 1.3 with certificates of both sides; identities are URIs in the certificate: weft://host/<id>,
// weft://user/<name>, weft://coordinator/<name>.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "weft/base/result.h"

namespace weft::wire {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// PEM files. An empty certificate and key: a client that has none yet (enrolment).
struct TlsFiles {
    std::string authority;    // the CA: both sides' certificates must come from it
    std::string certificate;  // this side's, its chain behind it
    std::string key;
};

// Accepts clients without a certificate too: their Identity is `none`, and they may only enrol. One with a
// certificate that is not from the CA, expired or not yet valid fails the handshake.
[[nodiscard]] Result<TlsContext> server_context(const TlsFiles& files);
// The server's certificate must come from the CA and carry a weft://coordinator/ URI (checked by Channel).
[[nodiscard]] Result<TlsContext> client_context(const TlsFiles& files);

}  // namespace weft::wire
