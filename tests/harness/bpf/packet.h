// SPDX-License-Identifier: Apache-2.0
// Packets built header by header from the RFCs, independent of the code under test.
#pragma once

#include "tests/harness/bpf/bytes.h"

namespace weft::test {

constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint16_t ethertype_arp = 0x0806;
constexpr std::uint16_t ethertype_ipv6 = 0x86dd;
constexpr std::uint8_t protocol_icmp = 1;
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint8_t tcp_fin = 0x01;
constexpr std::uint8_t tcp_syn = 0x02;
constexpr std::uint8_t tcp_rst = 0x04;
constexpr std::uint8_t tcp_ack = 0x10;
constexpr std::uint8_t protocol_icmp6 = 58;

// "10.1.2.30"
std::uint32_t ip(std::string_view text);
// "2001:db8::1"
Bytes ip6(std::string_view text);
// "02:00:00:00:00:01"
Mac mac(std::string_view text);

Bytes ethernet(const Mac& destination, const Mac& source, std::uint16_t type, const Bytes& payload);

struct Ipv4 {
    std::uint32_t source{0};
    std::uint32_t destination{0};
    std::uint8_t protocol{protocol_udp};
    std::uint8_t ttl{64};
    std::uint8_t tos{0};
    std::uint16_t id{0};
    std::uint16_t fragment{0};  // flags and offset as on the wire: 0x4000 do not fragment, 0x2000 more
    Bytes options{};
};
Bytes ipv4(const Ipv4& header, const Bytes& payload);

struct Ipv6 {
    Bytes source;
    Bytes destination;
    std::uint8_t next{protocol_udp};
    std::uint8_t hops{64};
    std::uint8_t traffic_class{0};
    std::uint32_t flow{0};
};
Bytes ipv6(const Ipv6& header, const Bytes& payload);
// An extension header of RFC 8200 whose second byte counts 8-byte units: `data` is 6 bytes or 8 n + 6.
Bytes extension(std::uint8_t next, const Bytes& data = Bytes(6));
// A fragment header; `offset_and_more` as on the wire.
Bytes fragment_header(std::uint8_t next, std::uint16_t offset_and_more, std::uint32_t id);
// An ICMPv6 message for the header's addresses, which its checksum covers (RFC 4443, 2.3).
Bytes icmp6(const Ipv6& header, std::uint8_t type, std::uint8_t code, std::uint32_t rest,
            const Bytes& payload);

// Checksum zero: not computed (RFC 768).
Bytes udp(std::uint16_t source, std::uint16_t destination, const Bytes& payload);
// 20 bytes, flags ACK; checksum zero, since no program looks at it.
Bytes tcp(std::uint16_t source, std::uint16_t destination, const Bytes& payload);
// RFC 9293, section 3.1; the checksum is zero, as above.
struct Segment {
    std::uint16_t source{0};
    std::uint16_t destination{0};
    std::uint32_t sequence{0};
    std::uint32_t ack{0};
    std::uint8_t flags{tcp_ack};
    std::uint16_t window{0xffff};
    Bytes options{};  // whole words
};
Bytes tcp(const Segment& segment, const Bytes& payload = {});
Bytes icmp(std::uint8_t type, std::uint8_t code, std::uint32_t rest, const Bytes& payload);

struct Arp {
    std::uint16_t operation{1};
    Mac sender_mac{};
    std::uint32_t sender{0};
    Mac target_mac{};
    std::uint32_t target{0};
};
Bytes arp(const Arp& header);

// RFC 7348, section 5.
Bytes vxlan(std::uint32_t vni, const Bytes& frame, std::uint8_t flags = 0x08);
// RFC 8926, section 3.4; `options` whole, their length a multiple of 4.
Bytes geneve(std::uint32_t vni, const Bytes& options, const Bytes& frame, std::uint8_t flags = 0,
             std::uint16_t protocol = 0x6558, std::uint8_t version = 0);
// RFC 8926, section 3.5; `type` with the critical bit.
Bytes geneve_option(std::uint16_t option_class, std::uint8_t type, const Bytes& data);
// The three options of weft's version 1: source GNI, security tag, framework version.
Bytes weft_options(std::uint32_t gni, std::uint32_t tag, std::uint32_t version = 1);

Bytes payload(std::size_t size);

}  // namespace weft::test
