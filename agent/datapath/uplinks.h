// SPDX-License-Identifier: Apache-2.0
// The programs at the uplinks: tc always, XDP before it where the driver does it natively or the operator
// says so. tc is attached first and detached last, so that what XDP decapsulated always meets it.
#pragma once

#include <map>

#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/netlink/links.h"

namespace weft::agent {

class Uplinks {
public:
    Uplinks(std::string pin, std::vector<Uplink> uplinks)
        : pin_(std::move(pin)), uplinks_(std::move(uplinks)) {}

    // Attaches or swaps what is missing or of another load, on the uplinks that exist.
    [[nodiscard]] Result<void> attach(netlink::Socket& socket, const netlink::Links& links,
                                      const bpf::Load& load);
    // Whether an uplink appeared, or came back as another device, since attach().
    [[nodiscard]] bool changed(const netlink::Links& links) const;
    // Lets go of devices that are uplinks no more.
    void detach_former(netlink::Socket& socket, const netlink::Links& links) const;

    // Adds addresses (also those of the loopback device), MACs, the smallest MTU, "xdp-native:DEVICE"
    // features and problems.
    void report(netlink::Socket& socket, const netlink::Links& links, HostReport& report) const;

private:
    struct State {
        std::uint32_t ifindex{0};
        bool native_xdp{false};
        std::string problem;
    };

    [[nodiscard]] Result<void> attach_one(netlink::Socket& socket, const Uplink& uplink, const Device& device,
                                          const bpf::Load& load, State& state) const;
    void attach_xdp(const Uplink& uplink, const Device& device, const bpf::Load& load, State& state) const;
    static void add_addresses(netlink::Socket& socket, const Device& device, HostReport& report);
    [[nodiscard]] bool is_uplink(const std::string& name) const;

    std::string pin_;
    std::vector<Uplink> uplinks_;
    std::map<std::string, State> states_;
};

}  // namespace weft::agent
