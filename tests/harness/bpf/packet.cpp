// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/bpf/packet.h"

#include <arpa/inet.h>

#include <cstdio>
#include <stdexcept>

namespace weft::test {

namespace {

Bytes of(const Mac& mac) { return {mac.begin(), mac.end()}; }

Bytes parse(int family, std::string_view text, std::size_t size) {
    Bytes bytes(size);
    if (inet_pton(family, std::string(text).c_str(), bytes.data()) != 1)
        throw std::invalid_argument("address " + std::string(text));
    return bytes;
}

void store16(Bytes& bytes, std::size_t at, std::uint16_t value) {
    bytes.at(at) = static_cast<std::uint8_t>(value >> 8);
    bytes.at(at + 1) = static_cast<std::uint8_t>(value);
}

}  // namespace

std::uint32_t ip(std::string_view text) { return read32(parse(AF_INET, text, 4), 0); }
Bytes ip6(std::string_view text) { return parse(AF_INET6, text, 16); }

Mac mac(std::string_view text) {
    Mac mac{};
    const std::string copy(text);
    if (std::sscanf(copy.c_str(), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3],
                    &mac[4], &mac[5]) != 6)
        throw std::invalid_argument("MAC " + copy);
    return mac;
}

Bytes ethernet(const Mac& destination, const Mac& source, std::uint16_t type, const Bytes& payload) {
    return of(destination) + of(source) + be16(type) + payload;
}

Bytes ipv4(const Ipv4& h, const Bytes& payload) {
    const auto header = 20 + h.options.size();
    Bytes bytes = Bytes{static_cast<std::uint8_t>(0x40U | header / 4), h.tos} +
                  be16(static_cast<std::uint32_t>(header + payload.size())) + be16(h.id) + be16(h.fragment) +
                  Bytes{h.ttl, h.protocol} + be16(0) + be32(h.source) + be32(h.destination) + h.options;
    store16(bytes, 10, internet_checksum(bytes));
    return bytes + payload;
}

Bytes ipv6(const Ipv6& h, const Bytes& payload) {
    return be32(0x60000000U | static_cast<std::uint32_t>(h.traffic_class) << 20U | h.flow) +
           be16(static_cast<std::uint32_t>(payload.size())) + Bytes{h.next, h.hops} + h.source +
           h.destination + payload;
}

Bytes extension(std::uint8_t next, const Bytes& data) {
    return Bytes{next, static_cast<std::uint8_t>((data.size() - 6) / 8)} + data;
}

Bytes fragment_header(std::uint8_t next, std::uint16_t offset_and_more, std::uint32_t id) {
    return Bytes{next, 0} + be16(offset_and_more) + be32(id);
}

Bytes icmp6(const Ipv6& h, std::uint8_t type, std::uint8_t code, std::uint32_t rest, const Bytes& payload) {
    Bytes bytes = Bytes{type, code} + be16(0) + be32(rest) + payload;
    const auto pseudo =
        h.source + h.destination + be32(static_cast<std::uint32_t>(bytes.size())) + be32(protocol_icmp6);
    store16(bytes, 2, internet_checksum(pseudo + bytes));
    return bytes;
}

Bytes udp(std::uint16_t source, std::uint16_t destination, const Bytes& payload) {
    return be16(source) + be16(destination) + be16(static_cast<std::uint32_t>(8 + payload.size())) + be16(0) +
           payload;
}

Bytes tcp(std::uint16_t source, std::uint16_t destination, const Bytes& payload) {
    return be16(source) + be16(destination) + be32(1) + be32(1) + be16(0x5010) + be16(0xffff) + be16(0) +
           be16(0) + payload;
}

Bytes tcp(const Segment& s, const Bytes& payload) {
    const auto words = static_cast<std::uint32_t>(5 + s.options.size() / 4);
    return be16(s.source) + be16(s.destination) + be32(s.sequence) + be32(s.ack) +
           be16(words << 12U | s.flags) + be16(s.window) + be16(0) + be16(0) + s.options + payload;
}

Bytes icmp(std::uint8_t type, std::uint8_t code, std::uint32_t rest, const Bytes& payload) {
    Bytes bytes = Bytes{type, code} + be16(0) + be32(rest) + payload;
    store16(bytes, 2, internet_checksum(bytes));
    return bytes;
}

Bytes arp(const Arp& h) {
    return be16(1) + be16(0x0800) + Bytes{6, 4} + be16(h.operation) + of(h.sender_mac) + be32(h.sender) +
           of(h.target_mac) + be32(h.target);
}

Bytes vxlan(std::uint32_t vni, const Bytes& frame, std::uint8_t flags) {
    return Bytes{flags, 0, 0, 0} + be32(vni << 8U) + frame;
}

Bytes geneve(std::uint32_t vni, const Bytes& options, const Bytes& frame, std::uint8_t flags,
             std::uint16_t protocol, std::uint8_t version) {
    return Bytes{static_cast<std::uint8_t>(options.size() / 4 + version * 64U), flags} + be16(protocol) +
           be32(vni << 8U) + options + frame;
}

Bytes geneve_option(std::uint16_t option_class, std::uint8_t type, const Bytes& data) {
    return be16(option_class) + Bytes{type, static_cast<std::uint8_t>(data.size() / 4)} + data;
}

Bytes weft_options(std::uint32_t gni, std::uint32_t tag, std::uint32_t version) {
    return geneve_option(0xff77, 1, be32(gni)) + geneve_option(0xff77, 2, be32(tag)) +
           geneve_option(0xff77, 3, be32(version));
}

Bytes payload(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; i++) bytes[i] = static_cast<std::uint8_t>(i * 7 + 1);
    return bytes;
}

}  // namespace weft::test
