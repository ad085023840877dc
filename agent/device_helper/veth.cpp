// SPDX-License-Identifier: Apache-2.0
#include "agent/device_helper/veth.h"

#include <fmt/format.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "agent/datapath/device_name.h"
#include "agent/datapath/netlink/link_local.h"
#include "agent/datapath/netlink/offload.h"
#include "agent/device_helper/interface.h"
#include "agent/device_helper/namespace.h"

namespace weft::agent {
namespace {

const std::string mark = "weft ";  // an alias begins with it and goes on with the attachment's id

// Each address with the length of its range: of the only one, or of its family's.
std::vector<Assigned> assigned(const MakeDevice& request) {
    std::vector<Assigned> out;
    for (const auto& address : request.addresses)
        out.push_back({address, address.is_v6() && request.prefix_length6 != 0 ? request.prefix_length6
                                                                               : request.prefix_length});
    for (const auto& one : request.further) out.push_back({one.address, one.prefix_length});
    return out;
}

Result<void> check(const MakeDevice& request) {
    if (!made_by_weft(request.name))
        return invalid("name", "'" + request.name + "' is not a name that weft gives");
    if (request.device.find('/') != std::string::npos)
        return invalid("device", "'" + request.device + "' is not a device's name");
    for (const auto& [address, length] : assigned(request))
        if (length > address.bits())
            return invalid("prefix-length", fmt::format("{} is too long for {}", length, to_string(address)));
    return {};
}

// Ours: a veth of the right name with our mark; without an alias when its maker died before giving one.
bool ours(const Interface& outer) {
    return made_by_weft(outer.name) && outer.kind == "veth" &&
           (outer.alias.empty() || outer.alias.starts_with(mark));
}

Result<void> create(netlink::Socket& socket, const MakeDevice& request, const Namespace& target) {
    netlink::Message message{RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{}};
    message.put(IFLA_IFNAME, request.name).put(IFLA_MTU, request.mtu).nest(IFLA_LINKINFO, [&] {
        message.put(IFLA_INFO_KIND, std::string("veth")).nest(IFLA_INFO_DATA, [&] {
            message.nest(VETH_INFO_PEER, [&] {
                message.raw(ifinfomsg{})
                    .put(IFLA_IFNAME, request.device)
                    .put(IFLA_MTU, request.mtu)
                    .put(IFLA_ADDRESS, request.mac.bytes)
                    .put(IFLA_NET_NS_FD, static_cast<std::uint32_t>(target.descriptor()));
            });
        });
    });
    return socket.request(
        message, fmt::format("add veth {} with {} in {}", request.name, request.device, request.netns));
}

// Both ends, made if they are not there.
Result<bool> ensure_pair(netlink::Socket& host, netlink::Socket& inside, const MakeDevice& request,
                         const Namespace& target) {
    WEFT_TRY(const auto outer, find_interface(host, request.name));
    WEFT_TRY(const auto inner, find_interface(inside, request.device));
    if (outer && !ours(*outer))
        return conflict("name", "device " + request.name + " exists and is not weft's");
    if (outer && inner && outer->peer == inner->ifindex && inner->peer == outer->ifindex) return false;
    if (inner)
        return conflict("device", fmt::format("device {} exists already in network namespace {}",
                                              request.device, request.netns));
    if (outer) WEFT_CHECK(remove_interface(host, outer->ifindex));
    WEFT_CHECK(create(host, request, target));
    return true;
}

Result<Interface> must_find(netlink::Socket& socket, const std::string& name) {
    WEFT_TRY(const auto found, find_interface(socket, name));
    if (!found) return not_found("device " + name + " went away");
    return *found;
}

}  // namespace

Result<bool> make_veth(const MakeDevice& request) {
    WEFT_CHECK(check(request));
    WEFT_TRY(const auto target, Namespace::open(request.netns));
    WEFT_TRY(auto inside, target.socket());
    WEFT_TRY(auto host, netlink::Socket::open());
    WEFT_TRY(bool changed, ensure_pair(host, inside, request, target));
    WEFT_TRY(const auto outer, must_find(host, request.name));
    WEFT_TRY(const auto inner, must_find(inside, request.device));

    WEFT_CHECK(netlink::disable_link_local(host, outer.ifindex));
    WEFT_TRY(const bool outer_set,
             configure(host, outer, {request.mtu, {}, mark + to_string(request.attachment)}));
    WEFT_CHECK(target.inside([&] { return netlink::disable_tunnel_offloads(request.device); }));
    WEFT_TRY(const bool inner_set, configure(inside, inner, {request.mtu, request.mac, {}}));
    if (request.netns.empty()) return changed || outer_set || inner_set;
    WEFT_CHECK(keep_secondaries(inside, inner.ifindex));
    WEFT_TRY(const bool addressed, set_addresses(inside, inner.ifindex, assigned(request)));
    for (const auto& router : {request.router, request.router6})
        if (router) WEFT_CHECK(set_default_route(inside, inner.ifindex, router));
    return changed || outer_set || inner_set || addressed;
}

Result<bool> remove_veth(const RemoveDevice& request) {
    WEFT_TRY(auto host, netlink::Socket::open());
    WEFT_TRY(const auto outer, find_interface(host, request.name));
    if (!outer) return false;
    if (!ours(*outer)) return refused("device " + request.name + " was not made by weft");
    WEFT_CHECK(remove_interface(host, outer->ifindex));
    return true;
}

}  // namespace weft::agent
