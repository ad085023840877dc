// SPDX-License-Identifier: Apache-2.0
#include "agent/service/router_advertisement.h"

#include "agent/service/subnet6.h"

namespace weft::agent {
namespace {

constexpr std::uint8_t advertisement = 134;
constexpr std::uint8_t hop_limit = 64;             // that instances are to send with
constexpr std::uint32_t by_dhcp = 0x80 | 0x40;     // addresses (M) and the rest (O)
constexpr std::uint32_t on_link = 0x80;            // and not autonomous: a record has the addresses it has
constexpr std::uint32_t valid_lifetime = 2592000;  // AdvValidLifetime, AdvPreferredLifetime: defaults
constexpr std::uint32_t preferred_lifetime = 604800;
constexpr std::uint32_t dns_lifetime = 3 * advertise_period.count();
constexpr std::uint32_t least_mtu = 1280;  // RFC 8200, 5
constexpr std::uint8_t hops = 255;         // proves that no router forwarded it
constexpr std::array<std::uint8_t, 16> all_nodes{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

enum class Option : std::uint8_t { source_mac = 1, prefix = 3, mtu = 5, dns = 25 };

// `units` of 8 bytes.
void begin(Bytes& out, Option option, std::uint32_t units) {
    put8(out, static_cast<std::uint8_t>(option));
    put8(out, units);
}

// The neighbours of the subnet are on the link as with IPv4: the packet path answers for each of them.
void put_prefix(Bytes& out, const Subnet6& subnet) {
    auto prefix = subnet.router.mapped();
    for (std::size_t bit = subnet.length; bit < subnet.router.bits(); ++bit)
        prefix[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
    begin(out, Option::prefix, 4);
    put8(out, subnet.length);
    put8(out, on_link);
    put32(out, valid_lifetime);
    put32(out, preferred_lifetime);
    put32(out, 0);
    put(out, prefix);
}

}  // namespace

Bytes router_advertisement(const schema::Port& port) {
    Bytes out;
    const auto subnet = subnet6_of(port);
    if (!subnet.router) return out;
    put8(out, advertisement);
    put8(out, 0);
    put16(out, 0);  // checksum
    put8(out, hop_limit);
    put8(out, by_dhcp);
    put16(out, router_lifetime.count());
    put32(out, 0);  // reachable time and retransmissions: the instance's own choice
    put32(out, 0);
    begin(out, Option::source_mac, 1);
    put(out, port.router_mac.bytes);
    if (port.mtu >= least_mtu) {
        begin(out, Option::mtu, 1);
        put16(out, 0);
        put32(out, port.mtu);
    }
    if (subnet.length > 0 && subnet.length < subnet.router.bits()) put_prefix(out, subnet);
    if (port.dns.is_v6()) {
        begin(out, Option::dns, 3);
        put16(out, 0);
        put32(out, dns_lifetime);
        put_v6(out, port.dns);
    }
    return out;
}

Packet advertise(const schema::Port& port, const Mac& device, const Address& destination,
                 const Bytes& message) {
    Packet packet{.destination_mac = device,
                  .source_mac = port.router_mac,
                  .source = link_local(port.router_mac),
                  .destination = destination ? destination : *Address::from_bytes(all_nodes),
                  .protocol = protocol_icmp6,
                  .hops = hops,
                  .payload = message};
    set16(packet.payload, 2, checksum(packet));
    return packet;
}

}  // namespace weft::agent
