// SPDX-License-Identifier: Apache-2.0
// Packets built by hand from the RFCs' drawings.
#include <doctest/doctest.h>

#include <vector>

#include "agent/report/packet_text.h"

using weft::agent::packet_text;
using Bytes = std::vector<std::uint8_t>;

namespace {

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

Bytes ethernet(std::uint16_t type) {
    return {2,
            0,
            0,
            0,
            0,
            2,
            2,
            0,
            0,
            0,
            0,
            1,
            static_cast<std::uint8_t>(type >> 8),
            static_cast<std::uint8_t>(type)};
}
// RFC 791, 10.1.2.30 > 10.1.2.50.
Bytes ipv4(std::uint8_t protocol, std::uint16_t fragment = 0) {
    return {0x45,
            0,
            0,
            60,
            0,
            1,
            static_cast<std::uint8_t>(fragment >> 8),
            static_cast<std::uint8_t>(fragment),
            64,
            protocol,
            0,
            0,
            10,
            1,
            2,
            30,
            10,
            1,
            2,
            50};
}
// RFC 9293: 40000 > 80.
Bytes tcp(std::uint8_t flags) {
    return {0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0};
}
Bytes udp(std::uint16_t port) {
    return {0x9c, 0x40, static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port), 0, 8, 0, 0};
}
std::string text(const Bytes& bytes) { return packet_text(bytes, bytes.size()); }

const std::string front = "02:00:00:00:00:01 > 02:00:00:00:00:02, ";
const std::string ip = front + "IPv4 10.1.2.30 > 10.1.2.50 ttl 64";

}  // namespace

TEST_CASE("[8.3/monitor] TCP, UDP and ICMP packets in words") {
    CHECK(text(ethernet(0x0800) + ipv4(6) + tcp(0x02)) == ip + ", TCP 40000 > 80 S, 54 bytes");
    CHECK(text(ethernet(0x0800) + ipv4(6) + tcp(0x12)) == ip + ", TCP 40000 > 80 SA, 54 bytes");
    CHECK(text(ethernet(0x0800) + ipv4(6) + tcp(0)) == ip + ", TCP 40000 > 80 -, 54 bytes");
    CHECK(text(ethernet(0x0800) + ipv4(17) + udp(53)) == ip + ", UDP 40000 > 53, 42 bytes");
    CHECK(text(ethernet(0x0800) + ipv4(1) + Bytes{8, 0, 0, 0, 0x12, 0x34, 0, 7}) ==
          ip + ", ICMP echo request id 4660 seq 7, 42 bytes");
    CHECK(text(ethernet(0x0800) + ipv4(1) + Bytes{0, 0, 0, 0, 0, 1, 0, 2}) ==
          ip + ", ICMP echo reply id 1 seq 2, 42 bytes");
    CHECK(text(ethernet(0x0800) + ipv4(1) + Bytes{3, 4, 0, 0, 0, 0, 0x05, 0x78}) ==
          ip + ", ICMP fragmentation needed, mtu 1400, 42 bytes");
    CHECK(text(ethernet(0x0800) + ipv4(1) + Bytes{3, 1, 0, 0, 0, 0, 0, 0}) ==
          ip + ", ICMP unreachable code 1, 42 bytes");
    CHECK(text(ethernet(0x0800) + ipv4(1) + Bytes{11, 0, 0, 0, 0, 0, 0, 0}) ==
          ip + ", ICMP time exceeded, 42 bytes");
    CHECK(text(ethernet(0x0800) + ipv4(47)) == ip + ", protocol 47, 34 bytes");
}

TEST_CASE("[8.3/monitor] fragments and options: ports are not read from the middle of a packet") {
    CHECK(text(ethernet(0x0800) + ipv4(17, 0x2001) + udp(53)) == ip + ", fragment at 8, 42 bytes");
    CHECK(text(ethernet(0x0800) + ipv4(17, 0x2000) + udp(53)) ==
          ip + ", first fragment, UDP 40000 > 53, 42 bytes");
    auto options = ethernet(0x0800) + ipv4(17) + Bytes{1, 1, 1, 0} + udp(53);
    options[14] = 0x46;  // header of 24 bytes
    CHECK(text(options) == ip + ", UDP 40000 > 53, 46 bytes");
    auto malformed = ethernet(0x0800) + ipv4(17) + udp(53);
    malformed[14] = 0x44;
    CHECK(text(malformed) == ip + ", malformed header, 42 bytes");
}

TEST_CASE("[8.3/monitor] ARP (RFC 826), VLAN (802.1Q), IPv6 (RFC 8200) and other types") {
    const Bytes arp{0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 1, 2, 30, 0, 0, 0, 0, 0, 0, 10, 1, 2, 1};
    CHECK(text(ethernet(0x0806) + arp) == front + "ARP who has 10.1.2.1 tell 10.1.2.30, 42 bytes");
    auto reply = arp;
    reply[7] = 2;
    CHECK(text(ethernet(0x0806) + reply) == front + "ARP 10.1.2.30 is at 02:00:00:00:00:01, 42 bytes");
    CHECK(text(ethernet(0x8100) + Bytes{0x20, 42, 0x08, 0x00} + ipv4(17) + udp(53)) ==
          front + "VLAN 42, IPv4 10.1.2.30 > 10.1.2.50 ttl 64, UDP 40000 > 53, 46 bytes");
    Bytes ipv6{0x60, 0, 0, 0, 0, 8, 17, 63};
    ipv6 = ipv6 + Bytes{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    ipv6 = ipv6 + Bytes{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
    CHECK(text(ethernet(0x86dd) + ipv6 + udp(53)) ==
          front + "IPv6 2001:db8::1 > 2001:db8::2 hop limit 63, UDP 40000 > 53, 62 bytes");
    CHECK(text(ethernet(0x88cc)) == front + "type 0x88cc, 14 bytes");
}

TEST_CASE("[8.3/monitor] Geneve (RFC 8926) and VXLAN (RFC 7348) are followed inside") {
    const auto inner = ethernet(0x0800) + ipv4(6) + tcp(0x02);
    const auto words = "[" + ip + ", TCP 40000 > 80 S]";
    // Version 0, two words of options; Ethernet inside; VNI 0x012345.
    const Bytes geneve{0x02, 0, 0x65, 0x58, 0x01, 0x23, 0x45, 0, 0xff, 0x77, 1, 1, 0, 0, 0, 7};
    CHECK(text(ethernet(0x0800) + ipv4(17) + udp(6081) + geneve + inner) ==
          ip + ", UDP 40000 > 6081, Geneve GNI 74565 " + words + ", 112 bytes");
    const Bytes vxlan{0x08, 0, 0, 0, 0x01, 0x23, 0x45, 0};
    CHECK(text(ethernet(0x0800) + ipv4(17) + udp(4789) + vxlan + inner) ==
          ip + ", UDP 40000 > 4789, VXLAN GNI 74565 " + words + ", 104 bytes");
}

TEST_CASE("[8.3/monitor] a packet cut at any length is described as far as it goes") {
    const Bytes geneve{0x02, 0, 0x65, 0x58, 0x01, 0x23, 0x45, 0, 0xff, 0x77, 1, 1, 0, 0, 0, 7};
    const auto whole = ethernet(0x0800) + ipv4(17) + udp(6081) + geneve + ethernet(0x0800) + ipv4(6) + tcp(2);
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const Bytes cut(whole.begin(),
                        whole.begin() + static_cast<std::ptrdiff_t>(length));  // its own heap block
        const auto words = packet_text(cut, whole.size());
        CHECK(words.ends_with(", 112 bytes"));
        const bool whole_headers =
            (length >= 42 && length <= 58) || length >= 106;  // up to UDP, or TCP's flags
        CHECK((words.find("truncated") == std::string::npos) == whole_headers);
    }
}
