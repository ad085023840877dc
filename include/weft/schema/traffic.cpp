// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/traffic.h"

namespace weft::schema {

Result<void> check_traffic(Protocol protocol, const PortRange& ports, const Icmp& icmp,
                           const Prefix& remote) {
    const auto only = [&](const char* field, const char* what, const char* of) {
        return invalid(field, std::string(what) + " are for " + of + " only, not for " +
                                  std::string(to_string(protocol)));
    };
    if (ports && !has_ports(protocol)) return only("ports", "ports", "tcp, udp and sctp");
    if (icmp && !is_icmp(protocol)) return only("icmp", "ICMP types", "icmp and icmp6");
    if (protocol == Protocol::icmp && remote.address().is_v6())
        return invalid("remote", to_string(remote) + " is IPv6, whose ICMP is icmp6");
    if (protocol == Protocol::icmp6 && remote.address().is_v4())
        return invalid("remote", to_string(remote) + " is IPv4, whose ICMP is icmp");
    return {};
}

}  // namespace weft::schema
