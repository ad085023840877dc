// SPDX-License-Identifier: Apache-2.0
// A host's question for the routers of its link (RFC 4861, 4.1). Pure.
#pragma once

#include "agent/service/packet.h"
#include "weft/base/result.h"

namespace weft::agent {

struct RouterSolicitation {
    Mac source_mac;  // unset: it does not say

    friend bool operator==(const RouterSolicitation&, const RouterSolicitation&) = default;
};

[[nodiscard]] bool is_router_solicitation(const Packet& packet);
// Errors: what 6.1.1 calls invalid.
[[nodiscard]] Result<RouterSolicitation> parse_router_solicitation(const Packet& packet);

}  // namespace weft::agent
