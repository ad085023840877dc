// SPDX-License-Identifier: Apache-2.0
// One network device in one namespace: found, set up, given addresses and a route. Each setter changes only
// what is different and says whether it did.
#pragma once

#include <optional>

#include "agent/datapath/netlink/socket.h"
#include "weft/net/mac.h"

namespace weft::agent {

struct Interface {
    std::string name;
    std::uint32_t ifindex{0};
    std::uint32_t peer{0};  // index of the other end, in its own namespace
    std::string kind;
    std::string alias;
    Mac mac;
    std::uint32_t mtu{0};
    bool up{false};
};

// Nothing when there is no such device.
[[nodiscard]] Result<std::optional<Interface>> find_interface(netlink::Socket& socket,
                                                              const std::string& name);

struct Settings {
    std::uint32_t mtu{0};
    Mac mac;            // unset: left as it is
    std::string alias;  // empty: left as it is
};
// Also takes it up.
[[nodiscard]] Result<bool> configure(netlink::Socket& socket, const Interface& interface,
                                     const Settings& wanted);
struct Assigned {
    Address address;
    std::uint32_t prefix_length{0};

    friend bool operator==(const Assigned&, const Assigned&) = default;
};
// An IPv4 address that goes does not take the others of its range with it.
[[nodiscard]] Result<void> keep_secondaries(netlink::Socket& socket, std::uint32_t ifindex);
// Exactly these addresses of global scope.
[[nodiscard]] Result<bool> set_addresses(netlink::Socket& socket, std::uint32_t ifindex,
                                         const std::vector<Assigned>& wanted);
// With the index as metric: of several devices with a default route the oldest one's counts.
[[nodiscard]] Result<void> set_default_route(netlink::Socket& socket, std::uint32_t ifindex,
                                             const Address& router);
[[nodiscard]] Result<void> remove_interface(netlink::Socket& socket, std::uint32_t ifindex);

}  // namespace weft::agent
