// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/netlink/tap.h"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "agent/datapath/netlink/link_local.h"

namespace weft::agent::netlink {

Result<Tap> make_tap(Socket& socket, const std::string& name) {
    Tap tap;
    tap.fd = Fd{::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)};
    if (!tap.fd) return system_error("open", "/dev/net/tun", errno);
    ifreq request{};
    request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL);
    std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
    if (::ioctl(tap.fd.get(), TUNSETIFF, &request) != 0) {
        if (errno == EBUSY || errno == EEXIST) return conflict("", "a device " + name + " exists already");
        return system_error("make tap", name, errno);
    }
    Message message{RTM_GETLINK, 0, ifinfomsg{}};
    message.put(IFLA_IFNAME, name);
    WEFT_CHECK(socket.request(message, "find device " + name, [&](const nlmsghdr* answer) {
        tap.ifindex =
            static_cast<std::uint32_t>(static_cast<const ifinfomsg*>(nlmsg_data(answer))->ifi_index);
    }));
    return tap;
}

Result<void> set_up_quietly(Socket& socket, std::uint32_t ifindex) {
    ifinfomsg header{};
    header.ifi_index = static_cast<int>(ifindex);
    WEFT_CHECK(disable_link_local(socket, ifindex));
    header.ifi_flags = IFF_UP | IFF_NOARP;
    header.ifi_change = IFF_UP | IFF_NOARP;
    return socket.request({RTM_NEWLINK, 0, header}, "set up device " + std::to_string(ifindex));
}

}  // namespace weft::agent::netlink
