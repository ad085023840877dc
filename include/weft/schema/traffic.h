// SPDX-License-Identifier: Apache-2.0
// What the rules of security groups and ACLs tell packets apart by (rows 4.1, 4.2).
#pragma once

#include "weft/base/result.h"
#include "weft/net/icmp.h"
#include "weft/net/port_range.h"
#include "weft/net/prefix.h"
#include "weft/schema/field.h"

namespace weft::schema {

// As the record sees it: ingress is towards its instance.
enum class Direction : std::uint8_t { ingress = 0, egress = 1 };
template <>
inline constexpr auto enum_names<Direction> = std::array{
    std::pair{Direction::ingress, std::string_view{"ingress"}},
    std::pair{Direction::egress, std::string_view{"egress"}},
};

// IP protocol numbers (IANA); 0 stands for all of them.
enum class Protocol : std::uint8_t {
    any = 0,
    icmp = 1,
    igmp = 2,
    ipip = 4,
    tcp = 6,
    udp = 17,
    dccp = 33,
    ipv6 = 41,
    rsvp = 46,
    gre = 47,
    esp = 50,
    ah = 51,
    icmp6 = 58,
    eigrp = 88,
    ospf = 89,
    pim = 103,
    vrrp = 112,
    l2tp = 115,
    sctp = 132,
    udplite = 136,
    mpls = 137,
};
template <>
inline constexpr auto enum_names<Protocol> = std::array{
    std::pair{Protocol::any, std::string_view{"any"}},
    std::pair{Protocol::icmp, std::string_view{"icmp"}},
    std::pair{Protocol::igmp, std::string_view{"igmp"}},
    std::pair{Protocol::ipip, std::string_view{"ipip"}},
    std::pair{Protocol::tcp, std::string_view{"tcp"}},
    std::pair{Protocol::udp, std::string_view{"udp"}},
    std::pair{Protocol::dccp, std::string_view{"dccp"}},
    std::pair{Protocol::ipv6, std::string_view{"ipv6"}},
    std::pair{Protocol::rsvp, std::string_view{"rsvp"}},
    std::pair{Protocol::gre, std::string_view{"gre"}},
    std::pair{Protocol::esp, std::string_view{"esp"}},
    std::pair{Protocol::ah, std::string_view{"ah"}},
    std::pair{Protocol::icmp6, std::string_view{"icmp6"}},
    std::pair{Protocol::eigrp, std::string_view{"eigrp"}},
    std::pair{Protocol::ospf, std::string_view{"ospf"}},
    std::pair{Protocol::pim, std::string_view{"pim"}},
    std::pair{Protocol::vrrp, std::string_view{"vrrp"}},
    std::pair{Protocol::l2tp, std::string_view{"l2tp"}},
    std::pair{Protocol::sctp, std::string_view{"sctp"}},
    std::pair{Protocol::udplite, std::string_view{"udplite"}},
    std::pair{Protocol::mpls, std::string_view{"mpls"}},
};

[[nodiscard]] constexpr bool has_ports(Protocol protocol) noexcept {
    return protocol == Protocol::tcp || protocol == Protocol::udp || protocol == Protocol::sctp;
}
[[nodiscard]] constexpr bool is_icmp(Protocol protocol) noexcept {
    return protocol == Protocol::icmp || protocol == Protocol::icmp6;
}

// What a rule may not say at once; the error names the field.
[[nodiscard]] Result<void> check_traffic(Protocol protocol, const PortRange& ports, const Icmp& icmp,
                                         const Prefix& remote);

}  // namespace weft::schema
