// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/netlink/underlay.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace weft::agent::netlink {
namespace {

std::uint8_t family(const Address& address) { return address.is_v6() ? AF_INET6 : AF_INET; }

// The gateway, also where it is of the other family.
Address gateway(const std::vector<nlattr*>& route) {
    if (route[RTA_GATEWAY] != nullptr)
        if (const auto address = Address::from_bytes(payload(route[RTA_GATEWAY]))) return *address;
    return {};
}

Error no_route(const Address& remote, const std::string& why) {
    return {ErrorCode::unreachable, "no route to " + to_string(remote) + why, {}, 0};
}

}  // namespace

Result<Path> find_path(Socket& socket, const Address& remote, const Address& source) {
    rtmsg header{};
    header.rtm_family = family(remote);
    header.rtm_dst_len = static_cast<unsigned char>(remote.bits());
    header.rtm_src_len = static_cast<unsigned char>(source.bits());
    Message message{RTM_GETROUTE, 0, header};
    message.put(RTA_DST, remote);
    if (source) message.put(RTA_SRC, source);
    Path path;
    int type = RTN_UNSPEC;
    const auto done = socket.request(message, "route to " + to_string(remote), [&](const nlmsghdr* answer) {
        type = static_cast<const rtmsg*>(nlmsg_data(answer))->rtm_type;
        const auto route = attributes<rtmsg>(answer, RTA_MAX);
        path.ifindex = number(route[RTA_OIF]);
        path.next_hop = gateway(route);
        path.mtu = number(nested(route[RTA_METRICS], RTAX_MAX)[RTAX_MTU]);
    });
    if (!done) return no_route(remote, " from " + to_string(source) + ": " + done.error().text);
    if (type != RTN_UNICAST) return no_route(remote, ": it is not another host's address");
    if (!path.next_hop) path.next_hop = remote;
    return path;
}

Result<std::vector<Address>> addresses_of(Socket& socket, std::uint32_t ifindex) {
    std::vector<Address> addresses;
    ifaddrmsg header{};
    header.ifa_index = ifindex;
    const auto take = [&](const nlmsghdr* message) {
        const auto* info = static_cast<const ifaddrmsg*>(nlmsg_data(message));
        if (info->ifa_index != ifindex || info->ifa_scope != RT_SCOPE_UNIVERSE) return;
        const auto found = attributes<ifaddrmsg>(message, IFA_MAX);
        auto* own = found[IFA_LOCAL] != nullptr ? found[IFA_LOCAL] : found[IFA_ADDRESS];
        if (own == nullptr) return;
        if (const auto address = Address::from_bytes(payload(own))) addresses.push_back(*address);
    };
    WEFT_CHECK(socket.request({RTM_GETADDR, NLM_F_DUMP, header}, "list addresses", take));
    return addresses;
}

}  // namespace weft::agent::netlink
