// SPDX-License-Identifier: Apache-2.0
// Where coordinators are, and how to connect to one of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/wire/channel.h"

namespace weft::agent {

struct Endpoint {
    std::string host;  // address or name
    std::uint16_t port{0};

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Tries them in their order, with the files as they are now (an empty certificate: none). The error tells
// about each.
[[nodiscard]] boost::asio::awaitable<Result<wire::Channel::Pointer>> connect_any(
    std::vector<Endpoint> coordinators, wire::TlsFiles files);

}  // namespace weft::agent
