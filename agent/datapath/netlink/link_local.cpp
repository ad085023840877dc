// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/netlink/link_local.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <cerrno>

namespace weft::agent::netlink {

Result<void> disable_link_local(Socket& socket, std::uint32_t ifindex) {
    ifinfomsg header{};
    header.ifi_index = static_cast<int>(ifindex);
    Message message{RTM_SETLINK, 0, header};
    message.nest(IFLA_AF_SPEC, [&] {
        message.nest(AF_INET6, [&] {
            const std::uint8_t none = IN6_ADDR_GEN_MODE_NONE;
            message.put(IFLA_INET6_ADDR_GEN_MODE, std::span(&none, 1));
        });
    });
    const auto done = socket.request(message, "disable link-local address");
    // A kernel without IPv6 has nothing to disable.
    if (!done && (done.error().sys_errno == EAFNOSUPPORT || done.error().sys_errno == EOPNOTSUPP)) return {};
    return done;
}

}  // namespace weft::agent::netlink
