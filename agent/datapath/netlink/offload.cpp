// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/netlink/offload.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "weft/base/fd.h"

namespace weft::agent::netlink {
namespace {

constexpr std::array<std::string_view, 6> tunnel_features{
    "tx-udp_tnl-segmentation",  "tx-udp_tnl-csum-segmentation", "tx-gre-segmentation",
    "tx-gre-csum-segmentation", "tx-ipxip4-segmentation",       "tx-ipxip6-segmentation",
};

Result<void> ethtool(const Fd& socket, const std::string& device, void* command) {
    ifreq request{};
    std::strncpy(request.ifr_name, device.c_str(), IFNAMSIZ - 1);
    request.ifr_data = static_cast<char*>(command);
    if (::ioctl(socket.get(), SIOCETHTOOL, &request) < 0) return system_error("ethtool", device, errno);
    return {};
}

// The bytes of a command of variable length.
template <class Header>
struct Command {
    explicit Command(std::size_t tail) : bytes(sizeof(Header) + tail) {}
    Header* operator->() { return reinterpret_cast<Header*>(bytes.data()); }
    std::uint8_t* tail() { return bytes.data() + sizeof(Header); }
    std::vector<std::uint8_t> bytes;
};

// The names of the features; the position is the feature's bit.
Result<std::vector<std::string>> feature_names(const Fd& socket, const std::string& device) {
    Command<ethtool_sset_info> size{sizeof(std::uint32_t)};
    size->cmd = ETHTOOL_GSSET_INFO;
    size->sset_mask = 1ULL << ETH_SS_FEATURES;
    WEFT_CHECK(ethtool(socket, device, size.bytes.data()));
    std::uint32_t count = 0;
    std::memcpy(&count, size.tail(), sizeof(count));

    Command<ethtool_gstrings> strings{std::size_t{count} * ETH_GSTRING_LEN};
    strings->cmd = ETHTOOL_GSTRINGS;
    strings->string_set = ETH_SS_FEATURES;
    strings->len = count;
    WEFT_CHECK(ethtool(socket, device, strings.bytes.data()));
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
        const auto* name = reinterpret_cast<const char*>(strings.tail()) + i * ETH_GSTRING_LEN;
        names.emplace_back(name, strnlen(name, ETH_GSTRING_LEN));
    }
    return names;
}

}  // namespace

Result<void> disable_tunnel_offloads(const std::string& device) {
    const Fd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!socket) return system_error("socket", "ethtool", errno);
    WEFT_TRY(const auto names, feature_names(socket, device));
    const auto blocks = (names.size() + 31) / 32;
    Command<ethtool_sfeatures> set{blocks * sizeof(ethtool_set_features_block)};
    set->cmd = ETHTOOL_SFEATURES;
    set->size = static_cast<std::uint32_t>(blocks);
    for (std::size_t i = 0; i < names.size(); ++i)
        if (std::ranges::find(tunnel_features, names[i]) != tunnel_features.end())
            set->features[i / 32].valid |= 1U << (i % 32);
    return ethtool(socket, device, set.bytes.data());
}

}  // namespace weft::agent::netlink
