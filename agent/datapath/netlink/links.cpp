// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/netlink/links.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>

namespace weft::agent::netlink {
namespace {

std::optional<Device> parse(const nlmsghdr* message) {
    const auto* info = static_cast<const ifinfomsg*>(nlmsg_data(message));
    const auto found = attributes<ifinfomsg>(message, IFLA_MAX);
    if (info->ifi_index <= 0 || found[IFLA_IFNAME] == nullptr) return std::nullopt;
    Device device;
    device.name = text(found[IFLA_IFNAME]);
    device.ifindex = static_cast<std::uint32_t>(info->ifi_index);
    device.kind = text(nested(found[IFLA_LINKINFO], IFLA_INFO_MAX)[IFLA_INFO_KIND]);
    device.mtu = number(found[IFLA_MTU]);
    device.up = (info->ifi_flags & IFF_UP) != 0 && (info->ifi_flags & IFF_RUNNING) != 0;
    device.peer_elsewhere = device.kind == "veth" && found[IFLA_LINK_NETNSID] != nullptr;
    if (found[IFLA_ADDRESS] != nullptr &&
        nla_len(found[IFLA_ADDRESS]) == static_cast<int>(device.mac.bytes.size()))
        std::ranges::copy(payload(found[IFLA_ADDRESS]), device.mac.bytes.begin());
    return device;
}

}  // namespace

Result<void> Links::load(Socket& socket) {
    std::vector<Device> devices;
    WEFT_CHECK(
        socket.request({RTM_GETLINK, NLM_F_DUMP, ifinfomsg{}}, "list devices", [&](const nlmsghdr* message) {
            if (const auto device = parse(message)) devices.push_back(*device);
        }));
    devices_.clear();
    names_.clear();
    for (const auto& device : devices) store(device);
    return {};
}

Result<void> Links::refresh(Socket& socket, const std::string& name) {
    Message message{RTM_GETLINK, 0, ifinfomsg{}};
    message.put(IFLA_IFNAME, name);
    const auto done = socket.request(message, "find device " + name, [this](const nlmsghdr* m) { take(m); });
    if (const auto known = names_.find(name); !done && known != names_.end()) forget(known->second);
    return done;
}

bool Links::take(const nlmsghdr* message) {
    if (message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK) return false;
    // Bridges report their ports in messages of their own family: those are no news of the device.
    if (static_cast<const ifinfomsg*>(nlmsg_data(message))->ifi_family != AF_UNSPEC) return false;
    const auto device = parse(message);
    if (!device) return false;
    if (message->nlmsg_type == RTM_DELLINK) return forget(device->ifindex);
    const auto known = devices_.find(device->ifindex);
    if (known != devices_.end() && known->second == *device) return false;
    store(*device);
    return true;
}

void Links::store(const Device& device) {
    forget(device.ifindex);
    devices_[device.ifindex] = device;
    names_[device.name] = device.ifindex;
}

bool Links::forget(std::uint32_t ifindex) {
    const auto known = devices_.find(ifindex);
    if (known == devices_.end()) return false;
    if (const auto name = names_.find(known->second.name); name != names_.end() && name->second == ifindex)
        names_.erase(name);
    devices_.erase(known);
    return true;
}

std::optional<Device> Links::find(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? std::nullopt : std::optional(devices_.at(found->second));
}

}  // namespace weft::agent::netlink
