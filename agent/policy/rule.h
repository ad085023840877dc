// SPDX-License-Identifier: Apache-2.0
// Rules as the compiler takes them.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/abi/counter.h"
#include "weft/base/id.h"
#include "weft/base/result.h"
#include "weft/net/prefix.h"

namespace weft::agent::policy {

struct Rule {
    Id origin;                          // security group or ACL
    std::uint32_t position{0};          // in it
    weft_direction direction{WEFT_RX};  // of the packet, as the record sees it
    std::uint8_t protocol{0};           // 0: every protocol, and every port
    std::uint16_t port_low{0};          // of ICMP and ICMPv6: type << 8 | code
    std::uint16_t port_high{0xffff};
    Prefix remote;  // unset, and no group: any address of both families
    Id group;       // remote records by their tag
    bool allow{true};

    friend bool operator==(const Rule&, const Rule&) = default;
    friend auto operator<=>(const Rule&, const Rule&) = default;
};

struct Policy {
    bool ordered{false};  // an ACL: the first rule that matches decides. Otherwise groups, which only allow.
    bool keep{false};     // WEFT_POLICY_KEEP
    std::vector<Rule> rules;
    std::uint64_t subject{0};  // what it is for: part of its id, so that no two share one

    friend bool operator==(const Policy&, const Policy&) = default;
};

// The rules sorted by origin and position, and each once, so that the order in which they came has no
// influence. The error names the rule that makes no sense.
[[nodiscard]] Result<Policy> in_order(Policy policy);

// IPv4 prefixes as those of their v4-mapped addresses, as in the maps.
[[nodiscard]] Prefix widened(const Prefix& prefix);

}  // namespace weft::agent::policy
