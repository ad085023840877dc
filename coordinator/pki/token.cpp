// SPDX-License-Identifier: Apache-2.0
#include "coordinator/pki/token.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>

#include "coordinator/pki/openssl.h"

namespace weft::coordinator::pki {

Result<std::string> new_token() {
    std::array<unsigned char, 32> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        return openssl_error("no random token");
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string token_hash(const std::string& token) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest.data());
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace weft::coordinator::pki
