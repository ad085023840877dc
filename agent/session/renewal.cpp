// SPDX-License-Identifier: Apache-2.0
#include "agent/session/renewal.h"

#include "agent/session/credentials.h"
#include "weft/base/file.h"
#include "weft/base/log.h"

namespace weft::agent {
namespace {

constexpr std::uint64_t second = 1'000'000;  // microseconds
constexpr std::uint64_t retry_after = 600;   // seconds

}  // namespace

Result<std::uint64_t> Renewal::renew_at() const {
    WEFT_TRY(const auto pem, read_text(files_.certificate));
    WEFT_TRY(const auto facts, certificate_facts(pem));
    return facts.not_before + (facts.not_after - facts.not_before) / 3 * 2;
}

Result<wire::RenewRequest> Renewal::request() const {
    WEFT_TRY(const auto key, read_text(files_.key));
    WEFT_TRY(auto request, certificate_request(key));
    return wire::RenewRequest{std::move(request)};
}

std::optional<wire::RenewRequest> Renewal::due() {
    const auto now = clock_.unix_us() / second;
    if (now < next_) return std::nullopt;
    const auto at = renew_at();
    if (at && now < *at) {
        next_ = *at;
        return std::nullopt;
    }
    next_ = now + retry_after;
    auto made = at ? request() : Result<wire::RenewRequest>{at.error()};
    if (made) return std::move(*made);
    log_error("session", "the host's certificate cannot be renewed: {}", made.error().message());
    return std::nullopt;
}

Result<void> Renewal::accept(const wire::Certificate& answer) {
    WEFT_TRY(const auto key, read_text(files_.key));
    WEFT_CHECK(check_pair(answer.certificate, key));
    WEFT_TRY(const auto facts, certificate_facts(answer.certificate));
    if (!facts.host) return invalid("certificate", "names no host");
    return replace_file(files_.certificate, answer.certificate);
}

}  // namespace weft::agent
