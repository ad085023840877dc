// SPDX-License-Identifier: Apache-2.0
// Leaves nothing of weft on the host.
#include <filesystem>

#include "agent/datapath/bpf/pin.h"
#include "agent/datapath/bpf/xdp.h"
#include "agent/datapath/datapath.h"
#include "agent/datapath/device_name.h"
#include "agent/datapath/helper_client.h"
#include "agent/datapath/netlink/filter.h"
#include "agent/datapath/netlink/links.h"

namespace weft::agent {

Result<void> remove_datapath(const DatapathConfig& config) {
    WEFT_TRY(auto socket, netlink::Socket::open());
    netlink::Links links;
    WEFT_CHECK(links.load(socket));
    for (const auto ifindex : bpf::pinned_links(config.pin)) WEFT_CHECK(bpf::detach_xdp(config.pin, ifindex));
    for (const auto& [ifindex, device] : links.all()) {
        const auto filter = netlink::find_filter(socket, ifindex);
        if (filter && *filter) WEFT_CHECK(netlink::remove_filter(socket, ifindex));
        if (made_by_weft(device.name)) WEFT_CHECK(ask_helper(config.helper, RemoveDevice{device.name}));
    }
    std::error_code error;
    std::filesystem::remove_all(config.pin, error);
    if (error) return system_error("remove", config.pin, error.value());
    return {};
}

}  // namespace weft::agent
