// SPDX-License-Identifier: Apache-2.0
#include "agent/session/coordinators.h"

namespace weft::agent {

boost::asio::awaitable<Result<wire::Channel::Pointer>> connect_any(std::vector<Endpoint> coordinators,
                                                                   wire::TlsFiles files) {
    constexpr std::chrono::seconds patience{5};
    WEFT_CO_TRY(const auto context, wire::client_context(files));
    Error failed{ErrorCode::unreachable, "no coordinator is configured", {}, 0};
    std::string told;
    for (const auto& [host, port] : coordinators) {
        auto channel = co_await wire::Channel::connect_tls(host, port, context, patience);
        if (channel) co_return std::move(*channel);
        failed = channel.error();
        told += (told.empty() ? "" : "; ") + failed.text;
        failed.text = told;
    }
    co_return failed;
}

}  // namespace weft::agent
