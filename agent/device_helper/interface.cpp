// SPDX-License-Identifier: Apache-2.0
#include "agent/device_helper/interface.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>

namespace weft::agent {
namespace {

using netlink::Message;

ifinfomsg link_header(std::uint32_t ifindex) {
    ifinfomsg header{};
    header.ifi_index = static_cast<int>(ifindex);
    return header;
}

std::uint8_t family(const Address& address) { return address.is_v6() ? AF_INET6 : AF_INET; }

Result<std::vector<Assigned>> assigned(netlink::Socket& socket, std::uint32_t ifindex) {
    std::vector<Assigned> out;
    ifaddrmsg header{};
    header.ifa_index = ifindex;
    WEFT_CHECK(
        socket.request({RTM_GETADDR, NLM_F_DUMP, header}, "list addresses", [&](const nlmsghdr* message) {
            const auto* info = static_cast<const ifaddrmsg*>(nlmsg_data(message));
            const auto found = netlink::attributes<ifaddrmsg>(message, IFA_MAX);
            auto* own = found[IFA_LOCAL] != nullptr ? found[IFA_LOCAL] : found[IFA_ADDRESS];
            if (info->ifa_index != ifindex || info->ifa_scope != RT_SCOPE_UNIVERSE || own == nullptr) return;
            if (const auto address = Address::from_bytes(netlink::payload(own)))
                out.push_back({*address, info->ifa_prefixlen});
        }));
    return out;
}

Result<void> change_address(netlink::Socket& socket, int type, std::uint32_t ifindex,
                            const Assigned& wanted) {
    ifaddrmsg header{};
    header.ifa_family = family(wanted.address);
    header.ifa_prefixlen = static_cast<std::uint8_t>(wanted.prefix_length);
    header.ifa_index = ifindex;
    if (wanted.address.is_v6()) header.ifa_flags = IFA_F_NODAD;
    Message message{type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_REPLACE : 0, header};
    message.put(IFA_LOCAL, wanted.address).put(IFA_ADDRESS, wanted.address);
    const auto what = (type == RTM_NEWADDR ? "add address " : "remove address ") + to_string(wanted.address);
    const auto done = socket.request(message, what);
    // With a primary address the kernel may have removed its secondary ones already.
    if (!done && type == RTM_DELADDR && done.error().sys_errno == EADDRNOTAVAIL) return {};
    return done;
}

}  // namespace

Result<std::optional<Interface>> find_interface(netlink::Socket& socket, const std::string& name) {
    Message message{RTM_GETLINK, 0, ifinfomsg{}};
    message.put(IFLA_IFNAME, name);
    std::optional<Interface> found;
    const auto done = socket.request(message, "find device " + name, [&](const nlmsghdr* answer) {
        const auto* info = static_cast<const ifinfomsg*>(nlmsg_data(answer));
        const auto attributes = netlink::attributes<ifinfomsg>(answer, IFLA_MAX);
        Interface out;
        out.name = name;
        out.ifindex = static_cast<std::uint32_t>(info->ifi_index);
        out.peer = netlink::number(attributes[IFLA_LINK]);
        out.kind = netlink::text(netlink::nested(attributes[IFLA_LINKINFO], IFLA_INFO_MAX)[IFLA_INFO_KIND]);
        out.alias = netlink::text(attributes[IFLA_IFALIAS]);
        out.mtu = netlink::number(attributes[IFLA_MTU]);
        out.up = (info->ifi_flags & IFF_UP) != 0;
        if (auto* mac = attributes[IFLA_ADDRESS]; mac != nullptr && nla_len(mac) == 6)
            std::ranges::copy(netlink::payload(mac), out.mac.bytes.begin());
        found = out;
    });
    if (!done && done.error().code != ErrorCode::not_found) return done.error();
    return found;
}

Result<bool> configure(netlink::Socket& socket, const Interface& interface, const Settings& wanted) {
    const bool mtu = interface.mtu != wanted.mtu;
    const bool mac = wanted.mac && interface.mac != wanted.mac;
    const bool alias = !wanted.alias.empty() && interface.alias != wanted.alias;
    if (!mtu && !mac && !alias && interface.up) return false;
    auto header = link_header(interface.ifindex);
    header.ifi_flags = IFF_UP;
    header.ifi_change = IFF_UP;
    Message message{RTM_SETLINK, 0, header};
    if (mtu) message.put(IFLA_MTU, wanted.mtu);
    if (mac) message.put(IFLA_ADDRESS, wanted.mac.bytes);
    if (alias) message.put(IFLA_IFALIAS, wanted.alias);
    WEFT_CHECK(socket.request(message, "set up device " + interface.name));
    return true;
}

Result<void> keep_secondaries(netlink::Socket& socket, std::uint32_t ifindex) {
    Message message{RTM_SETLINK, 0, link_header(ifindex)};
    message.nest(IFLA_AF_SPEC, [&] {
        message.nest(AF_INET, [&] {
            message.nest(IFLA_INET_CONF,
                         [&] { message.put(IPV4_DEVCONF_PROMOTE_SECONDARIES, std::uint32_t{1}); });
        });
    });
    return socket.request(message, "keep secondary addresses of device " + std::to_string(ifindex));
}

Result<bool> set_addresses(netlink::Socket& socket, std::uint32_t ifindex,
                           const std::vector<Assigned>& wanted) {
    WEFT_TRY(const auto before, assigned(socket, ifindex));
    const auto missing_in = [](const std::vector<Assigned>& list) {
        return [&list](const Assigned& one) { return std::ranges::find(list, one) == list.end(); };
    };
    const bool excess = std::ranges::any_of(before, missing_in(wanted));
    for (const auto& one : before)
        if (missing_in(wanted)(one)) WEFT_CHECK(change_address(socket, RTM_DELADDR, ifindex, one));
    WEFT_TRY(const auto now, assigned(socket, ifindex));
    for (const auto& one : wanted)
        if (missing_in(now)(one)) WEFT_CHECK(change_address(socket, RTM_NEWADDR, ifindex, one));
    return excess || std::ranges::any_of(wanted, missing_in(before));
}

Result<void> set_default_route(netlink::Socket& socket, std::uint32_t ifindex, const Address& router) {
    rtmsg header{};
    header.rtm_family = family(router);
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_STATIC;
    header.rtm_scope = RT_SCOPE_UNIVERSE;
    header.rtm_type = RTN_UNICAST;
    header.rtm_flags = RTNH_F_ONLINK;
    Message message{RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, header};
    message.put(RTA_GATEWAY, router).put(RTA_OIF, ifindex).put(RTA_PRIORITY, ifindex);
    return socket.request(message, "default route via " + to_string(router));
}

Result<void> remove_interface(netlink::Socket& socket, std::uint32_t ifindex) {
    return socket.request({RTM_DELLINK, 0, link_header(ifindex)}, "remove device " + std::to_string(ifindex));
}

}  // namespace weft::agent
