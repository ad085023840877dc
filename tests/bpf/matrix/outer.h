// SPDX-License-Identifier: Apache-2.0
// Packets of the peer as they come in on this host's uplink.
#pragma once

#include "tests/harness/bpf/matrix.h"

namespace weft::test {

inline const Bytes good = inner_b_to_a();

// A packet of the peer in Geneve with all of weft's options, one thing of it changed.
struct Outer {
    const char* source{"192.0.2.2"};
    const char* destination{"192.0.2.1"};
    std::uint16_t port{6081};
    std::uint8_t protocol{protocol_udp};
    std::uint16_t fragment{0x4000};
    std::uint32_t gni{blue};
    std::uint32_t source_gni{blue};
    Bytes inner{good};
    Bytes options{};  // of IPv4
};

inline Bytes packet(const Outer& o) {
    const Ipv4 header{.source = ip(o.source),
                      .destination = ip(o.destination),
                      .protocol = o.protocol,
                      .fragment = o.fragment,
                      .options = o.options};
    const auto inside = geneve(o.gni, weft_options(o.source_gni, tag_b), o.inner);
    return ethernet(mac_uplink, mac_peer, ethertype_ipv4, ipv4(header, udp(50000, o.port, inside)));
}

struct Outer6 {
    const char* source{"2001:db8::2"};
    const char* destination{"2001:db8::1"};
    std::uint16_t port{6081};
    std::uint8_t next{protocol_udp};
    Bytes before{};
    Bytes inner{good};
};

inline Bytes packet(const Outer6& o) {
    const Ipv6 header{.source = ip6(o.source), .destination = ip6(o.destination), .next = o.next};
    const auto inside = geneve(blue, weft_options(blue, tag_b), o.inner);
    return ethernet(mac_uplink, mac_peer, ethertype_ipv6,
                    ipv6(header, o.before + udp(50000, o.port, inside)));
}

inline Bytes in_geneve(const Bytes& inner) { return packet(Outer{.inner = inner}); }
inline Bytes in_vxlan(const Bytes& inner, std::uint32_t gni = blue) {
    return outer4(4789, vxlan(gni, inner));
}

// Inner frames of b to a.
inline Bytes inner4(const char* source, const char* destination = "10.1.2.30", const Mac& to = mac_a) {
    return frame(V4{.to = to, .from = mac_b, .source = source, .destination = destination});
}
inline Bytes inner6(const char* source, const char* destination = "2001:db8:12::30", const Mac& to = mac_a) {
    return frame(V6{.to = to, .from = mac_b, .source = source, .destination = destination});
}

}  // namespace weft::test
