// SPDX-License-Identifier: Apache-2.0
// What a phantom router tells the instances of its subnet (RFC 4861, 4.2; RFC 8106, 5.1). Pure.
#pragma once

#include <chrono>

#include "agent/service/packet.h"
#include "weft/schema/desired.h"

namespace weft::agent {

// As long as RFC 4861, 6.2.1 allows: the router outlives the agent's absence, since it is not the agent.
constexpr std::chrono::seconds router_lifetime{9000};
// MaxRtrAdvInterval's default; also what the lifetime of a DNS server goes by (RFC 8106, 5.1).
constexpr std::chrono::seconds advertise_period{600};

// The message for the instance of this port: router, MTU, DNS server, the subnet's prefix on the link;
// addresses by DHCPv6 alone. Empty when its subnet has no IPv6 range.
[[nodiscard]] Bytes router_advertisement(const schema::Port& port);

// The message on its way to `destination`: an instance, or unset for all nodes, which is that instance too.
// `device` is the MAC that stands for its device on the punt tap.
[[nodiscard]] Packet advertise(const schema::Port& port, const Mac& device, const Address& destination,
                               const Bytes& message);

}  // namespace weft::agent
