// SPDX-License-Identifier: Apache-2.0
// Owners of OpenSSL's objects, and its error queue as an Error.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "weft/base/result.h"

namespace weft::coordinator::pki {

template <auto free>
struct Free {
    void operator()(auto* object) const noexcept { free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Free<X509_free>>;
using CertRequest = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;

// What OpenSSL said last about `what`; empties its queue.
[[nodiscard]] Error openssl_error(const std::string& what);

// A new ECDSA P-256 key.
[[nodiscard]] Result<Key> new_key();

[[nodiscard]] Result<Key> read_key(const std::string& pem);
[[nodiscard]] Result<Cert> read_certificate(const std::string& pem);
[[nodiscard]] Result<CertRequest> read_request(const std::string& pem);

[[nodiscard]] std::string to_pem(const Key& key);
[[nodiscard]] std::string to_pem(const Cert& certificate);

}  // namespace weft::coordinator::pki
