// SPDX-License-Identifier: Apache-2.0
// Keys, certificate requests and certificates, as PEM text.
#pragma once

#include <cstdint>
#include <string>

#include "weft/base/id.h"

namespace weft::agent {

// A new P-256 key.
[[nodiscard]] Result<std::string> new_key();
// A PKCS#10 request signed by `key`. It names nobody: the coordinator knows whose token or session it is.
[[nodiscard]] Result<std::string> certificate_request(const std::string& key);

struct CertificateFacts {
    Id host;                      // of its URI weft://host/<id>; none without one
    std::uint64_t not_before{0};  // seconds since 1970 UTC
    std::uint64_t not_after{0};
};
[[nodiscard]] Result<CertificateFacts> certificate_facts(const std::string& pem);
// invalid unless the certificate carries the public half of `key`.
[[nodiscard]] Result<void> check_pair(const std::string& certificate, const std::string& key);

}  // namespace weft::agent
