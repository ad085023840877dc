// SPDX-License-Identifier: Apache-2.0
// Any bytes as a DHCP client's message, and as the frame around one: what is accepted survives being written.
#include <cstdlib>

#include "agent/service/datagram.h"
#include "agent/service/dhcp4_server.h"

using namespace weft;
using namespace weft::agent;

namespace {

schema::Port port_of(const dhcp4::Message& message) {
    schema::Port port;
    port.mac = message.hardware;
    port.addresses = {Address::v4(0x0a01021e)};
    port.router = Address::v4(0x0a010201);
    port.dns = Address::v4(0x0a000035);
    port.prefix_length = 24;
    port.mtu = 1420;
    return port;
}

void answer(const dhcp4::Message& message) {
    const auto reply = dhcp4::answer(message, port_of(message), 3600);
    if (!reply || !*reply) return;
    const auto again = dhcp4::parse(dhcp4::to_bytes(**reply));
    if (!again || *again != **reply || !dhcp4::destination(*again)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (const auto message = dhcp4::parse({data, size})) answer(*message);
    const auto datagram = parse_datagram({data, size}, false);
    if (!datagram) return 0;
    if (parse_datagram(to_frame(*datagram), true) != datagram) std::abort();
    if (const auto message = dhcp4::parse(datagram->payload)) answer(*message);
    return 0;
}
