// SPDX-License-Identifier: Apache-2.0
// Any bytes as a DHCPv6 client's message, and as the frame around one or around a router solicitation: what
// is accepted survives being written, and every answer is one that can be read.
#include <cstdlib>

#include "agent/service/answer.h"
#include "agent/service/dhcp6_server.h"

using namespace weft;
using namespace weft::agent;

namespace {

constexpr std::size_t least_mtu = 1280;

schema::Port port_a() {
    schema::Port port;
    port.mac = *Mac::parse("02:00:00:00:0a:01");
    port.addresses = {*Address::parse("10.1.2.30"), *Address::parse("2001:db8:12::30")};
    port.router = *Address::parse("10.1.2.1");
    port.router_mac = *Mac::parse("02:00:00:00:00:fe");
    port.router6 = *Address::parse("2001:db8:12::1");
    port.prefix_length6 = 64;
    port.dns = *Address::parse("2001:db8::53");
    port.mtu = 1420;
    return port;
}

void require(bool holds) {
    if (!holds) std::abort();
}

void answer_message(const dhcp6::Message& message) {
    const auto again = dhcp6::parse(dhcp6::to_bytes(message));
    require(again && *again == message);
    const auto reply = dhcp6::answer(message, port_a(), 3600);
    if (!reply || !*reply) return;
    const auto bytes = dhcp6::to_bytes(**reply);
    const auto read = dhcp6::parse(bytes);
    require(bytes.size() <= least_mtu - 48 && read && *read == **reply);
}

void answer_packet(const Packet& packet) {
    require(parse_packet(to_frame(packet)) == packet);
    for (const bool summed : {false, true}) {
        const auto reply = agent::answer(packet, summed, port_a(), 3600);
        if (!reply || !*reply) continue;
        const auto again = parse_packet((*reply)->frame);
        require(again && again->destination_mac == packet.destination_mac && checksum(*again) == 0);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (const auto message = dhcp6::parse({data, size})) answer_message(*message);
    if (const auto packet = parse_packet({data, size})) answer_packet(*packet);
    return 0;
}
