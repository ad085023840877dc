// SPDX-License-Identifier: Apache-2.0
// Keeps the host's certificate fresh: after two thirds of its life a new one is asked for over the session,
// for the same key. The session then ends and the next one uses the new certificate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "weft/base/clock.h"
#include "weft/wire/message/hello.h"
#include "weft/wire/tls.h"

namespace weft::agent {

class Renewal {
public:
    Renewal(wire::TlsFiles files, const Clock& clock) : files_(std::move(files)), clock_(clock) {}

    // The request to send now, if it is time; never again within ten minutes.
    [[nodiscard]] std::optional<wire::RenewRequest> due();
    // Checks that the certificate belongs to the key and names a host, and replaces the file.
    [[nodiscard]] Result<void> accept(const wire::Certificate& answer);

private:
    // Seconds since 1970 UTC from which on a new certificate is wanted.
    [[nodiscard]] Result<std::uint64_t> renew_at() const;
    [[nodiscard]] Result<wire::RenewRequest> request() const;

    wire::TlsFiles files_;
    const Clock& clock_;
    std::uint64_t next_{0};  // seconds since 1970 UTC of the next look
};

}  // namespace weft::agent
