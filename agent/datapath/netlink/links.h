// SPDX-License-Identifier: Apache-2.0
// The devices of this network namespace, kept current by notifications.
#pragma once

#include <map>
#include <optional>

#include "agent/datapath/datapath.h"
#include "agent/datapath/netlink/socket.h"

namespace weft::agent::netlink {

class Links {
public:
    // Forgets everything and asks the kernel.
    [[nodiscard]] Result<void> load(Socket& socket);
    // Asks for one device.
    [[nodiscard]] Result<void> refresh(Socket& socket, const std::string& name);
    // Takes RTM_NEWLINK and RTM_DELLINK; whether that changed anything.
    bool take(const nlmsghdr* message);

    [[nodiscard]] std::optional<Device> find(const std::string& name) const;
    [[nodiscard]] const std::map<std::uint32_t, Device>& all() const { return devices_; }

private:
    void store(const Device& device);
    bool forget(std::uint32_t ifindex);

    std::map<std::uint32_t, Device> devices_;  // by index
    std::map<std::string, std::uint32_t> names_;
};

}  // namespace weft::agent::netlink
