// SPDX-License-Identifier: Apache-2.0
#include "coordinator/pki/secret.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>

#include "coordinator/pki/openssl.h"
#include "coordinator/pki/token.h"

namespace weft::coordinator::pki {

Result<std::string> new_salt() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return openssl_error("no random salt");
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string salted_hash(const std::string& salt, const std::string& secret) {
    return token_hash(salt + secret);  // the salt's length is fixed
}

bool same_hash(const std::string& a, const std::string& b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace weft::coordinator::pki
