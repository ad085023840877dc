// SPDX-License-Identifier: Apache-2.0
// What this host can do (row 6.1): the framework versions its programs speak, less those whose UDP port
// somebody else uses, and features of the kernel.
#pragma once

#include "agent/datapath/datapath.h"

namespace weft::agent::bpf {

// Adds frameworks, features and problems; `sockets` is the text of /proc/net/udp and udp6 of the network
// namespace the uplinks are in.
void probe_frameworks(HostReport& report, const std::string& sockets);
void probe_kernel(HostReport& report);

// Whether a socket in that text is bound to the port.
[[nodiscard]] bool port_in_use(const std::string& sockets, std::uint16_t port);

// The text of both files; empty where IPv6 or /proc is missing.
[[nodiscard]] std::string udp_sockets();

}  // namespace weft::agent::bpf
