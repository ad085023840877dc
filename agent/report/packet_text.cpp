// SPDX-License-Identifier: Apache-2.0
#include "agent/report/packet_text.h"

#include "agent/report/packet_bytes.h"

#include <fmt/format.h>

#include <algorithm>

#include "weft/abi/framework.h"
#include "weft/net/address.h"
#include "weft/net/mac.h"

namespace weft::agent {
namespace {

constexpr int deepest = 2;  // packets in packets

std::uint32_t u16(PacketBytes bytes, std::size_t at) { return network_number(bytes, at, 2); }

std::string mac_at(PacketBytes bytes, std::size_t at) {
    return fmt::format("{:02x}", fmt::join(bytes.subspan(at, 6), ":"));
}

std::string address_at(PacketBytes bytes, std::size_t at, std::size_t size) {
    const auto address = Address::from_bytes(bytes.subspan(at, size));
    return address ? to_string(*address) : std::string{};
}

class Text {
public:
    explicit Text(int depth) : depth_(depth) {}

    void ethernet(PacketBytes b) {
        if (b.size() < 14) return add("truncated Ethernet");
        add(mac_at(b, 6) + " > " + mac_at(b, 0));
        auto type = u16(b, 12);
        auto rest = b.subspan(14);
        while ((type == 0x8100 || type == 0x88a8) && rest.size() >= 4) {
            add(fmt::format("VLAN {}", u16(rest, 0) & 0xfff));
            type = u16(rest, 2);
            rest = rest.subspan(4);
        }
        if (type == 0x0800) return ipv4(rest);
        if (type == 0x0806) return arp(rest);
        if (type == 0x86dd) return ipv6(rest);
        add(fmt::format("type {:#06x}", type));
    }

    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void add(const std::string& part) { text_ += (text_.empty() ? "" : ", ") + part; }

    // RFC 826; only Ethernet and IPv4.
    void arp(PacketBytes b) {
        if (b.size() < 28) return add("truncated ARP");
        const auto sender = address_at(b, 14, 4);
        const auto target = address_at(b, 24, 4);
        const auto operation = u16(b, 6);
        if (operation == 1) return add("ARP who has " + target + " tell " + sender);
        if (operation == 2) return add("ARP " + sender + " is at " + mac_at(b, 8));
        add(fmt::format("ARP operation {}", operation));
    }

    void ipv4(PacketBytes b) {
        if (b.size() < 20) return add("truncated IPv4");
        const std::size_t header = (b[0] & 0xfU) * 4U;
        const auto offset = (u16(b, 6) & 0x1fff) * 8U;
        add(fmt::format("IPv4 {} > {} ttl {}", address_at(b, 12, 4), address_at(b, 16, 4), b[8]));
        if (b[0] >> 4 != 4 || header < 20) return add("malformed header");
        if (offset != 0) return add(fmt::format("fragment at {}", offset));
        if ((u16(b, 6) & 0x2000) != 0) add("first fragment");
        transport(b[9], b.subspan(std::min(header, b.size())));
    }

    void ipv6(PacketBytes b) {
        if (b.size() < 40) return add("truncated IPv6");
        add(fmt::format("IPv6 {} > {} hop limit {}", address_at(b, 8, 16), address_at(b, 24, 16), b[7]));
        transport(b[6], b.subspan(40));
    }

    void transport(unsigned protocol, PacketBytes b) {
        if (protocol == 6) return tcp(b);
        if (protocol == 17) return udp(b);
        if (protocol == 1) return icmp(b);
        if (protocol == 58) return add(b.size() < 2 ? "ICMPv6" : fmt::format("ICMPv6 type {}", b[0]));
        add(fmt::format("protocol {}", protocol));
    }

    void tcp(PacketBytes b) {
        if (b.size() < 14) return add("truncated TCP");
        constexpr std::string_view letters = "FSRPAUEC";  // bit 0 first
        std::string flags;
        for (std::size_t bit = 0; bit < letters.size(); ++bit)
            if ((b[13] >> bit & 1) != 0) flags += letters[bit];
        add(fmt::format("TCP {} > {} {}", u16(b, 0), u16(b, 2), flags.empty() ? "-" : flags));
    }

    void udp(PacketBytes b) {
        if (b.size() < 8) return add("truncated UDP");
        const auto port = u16(b, 2);
        add(fmt::format("UDP {} > {}", u16(b, 0), port));
        if (port == WEFT_GENEVE_PORT && b.size() >= 16)
            inside("Geneve", network_number(b, 12, 3),
                   b.subspan(std::min<std::size_t>(16 + (b[8] & 0x3fU) * 4U, b.size())));
        else if (port == WEFT_VXLAN_PORT && b.size() >= 16)
            inside("VXLAN", network_number(b, 12, 3), b.subspan(16));
    }

    void inside(std::string_view framework, std::uint32_t gni, PacketBytes inner) {
        add(fmt::format("{} GNI {}", framework, gni));
        if (depth_ == deepest || inner.empty()) return;
        Text text{depth_ + 1};
        text.ethernet(inner);
        text_ += " [" + text.take() + "]";
    }

    // RFC 792.
    void icmp(PacketBytes b) {
        if (b.size() < 8) return add("truncated ICMP");
        switch (b[0]) {
            case 0: return add(fmt::format("ICMP echo reply id {} seq {}", u16(b, 4), u16(b, 6)));
            case 8: return add(fmt::format("ICMP echo request id {} seq {}", u16(b, 4), u16(b, 6)));
            case 3:
                if (b[1] == 4) return add(fmt::format("ICMP fragmentation needed, mtu {}", u16(b, 6)));
                return add(fmt::format("ICMP unreachable code {}", b[1]));
            case 11: return add("ICMP time exceeded");
            default: return add(fmt::format("ICMP type {} code {}", b[0], b[1]));
        }
    }

    std::string text_;
    int depth_;
};

}  // namespace

std::string packet_text(std::span<const std::uint8_t> bytes, std::size_t length) {
    Text text{1};
    text.ethernet(bytes);
    return text.take() + fmt::format(", {} bytes", length);
}

}  // namespace weft::agent
