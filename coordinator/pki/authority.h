// SPDX-License-Identifier: Apache-2.0
// The certificate authority: what it signs, for whom and for how long.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/base/result.h"

namespace weft::coordinator::pki {

inline constexpr std::chrono::days authority_lifetime{3650};
inline constexpr std::chrono::days certificate_lifetime{365};  // coordinators and users
inline constexpr std::chrono::days host_lifetime{90};          // renewed over the session

struct Issued {
    std::string certificate;  // PEM
    std::string serial;       // lower-case hex, as wire::Identity has it
};

struct IssuedWithKey {
    Issued issued;
    std::string key;  // PEM
};

class Authority {
public:
    // A new self-signed one.
    [[nodiscard]] static Result<Authority> create();
    // From the PEM of its certificate and its key; an error when they do not belong together.
    [[nodiscard]] static Result<Authority> from_pem(const std::string& certificate, const std::string& key);
    Authority(Authority&&) noexcept;
    Authority& operator=(Authority&&) noexcept;
    ~Authority();

    [[nodiscard]] const std::string& certificate_pem() const noexcept;
    [[nodiscard]] std::string key_pem() const;

    // weft://coordinator/<name>, with `addresses` (IP addresses or DNS names) as alternative names.
    [[nodiscard]] Result<IssuedWithKey> issue_coordinator(const std::string& name,
                                                          const std::vector<std::string>& addresses) const;
    // weft://user/<name>.
    [[nodiscard]] Result<IssuedWithKey> issue_user(const std::string& name) const;
    // weft://host/<id> for the key of a PKCS#10 request in PEM. Nothing but the key is taken from the
    // request: it must be an EC key of P-256 or P-384, or RSA of 2048 bits and more, and must have signed the
    // request.
    [[nodiscard]] Result<Issued> sign_host(const std::string& request_pem, Id host,
                                           std::chrono::seconds lifetime = host_lifetime) const;

private:
    struct Impl;
    explicit Authority(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::coordinator::pki
