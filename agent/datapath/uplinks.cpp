// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/uplinks.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/datapath/bpf/pin.h"
#include "agent/datapath/bpf/xdp.h"
#include "agent/datapath/netlink/filter.h"
#include "agent/datapath/netlink/underlay.h"
#include "weft/base/log.h"

namespace weft::agent {
namespace {

// By driver: a veth loses segmentation offload to native XDP, and virtual devices gain nothing by it.
bool wants_xdp(const Uplink& uplink, const Device& device) {
    switch (uplink.mode) {
        case UplinkMode::tc: return false;
        case UplinkMode::xdp:
        case UplinkMode::xdp_generic: return true;
        case UplinkMode::automatic: return device.kind.empty();
    }
    return false;
}

}  // namespace

void Uplinks::attach_xdp(const Uplink& uplink, const Device& device, const bpf::Load& load,
                         State& state) const {
    const bool generic = uplink.mode == UplinkMode::xdp_generic;
    const auto done = bpf::attach_xdp(pin_, device.ifindex, load.fabric_rx_xdp(), generic);
    state.native_xdp = done && !generic;
    if (done) return;
    // The driver's choice is no problem: tc does the same work. A mode that the operator asked for is.
    if (uplink.mode == UplinkMode::automatic && done.error().code == ErrorCode::unsupported)
        log_info("datapath", "uplink {} goes without XDP: its driver has no native XDP", device.name);
    else
        state.problem = fmt::format("uplink {} goes without XDP: {}", device.name, done.error().message());
}

Result<void> Uplinks::attach_one(netlink::Socket& socket, const Uplink& uplink, const Device& device,
                                 const bpf::Load& load, State& state) const {
    WEFT_TRY(const auto present, netlink::find_filter(socket, device.ifindex));
    const auto& program = load.fabric_rx();
    if (!present || present->program != program.id)
        WEFT_CHECK(netlink::put_filter(socket, device.ifindex, program.fd, program.name));
    if (wants_xdp(uplink, device))
        attach_xdp(uplink, device, load, state);
    else
        WEFT_CHECK(bpf::detach_xdp(pin_, device.ifindex));
    return {};
}

Result<void> Uplinks::attach(netlink::Socket& socket, const netlink::Links& links, const bpf::Load& load) {
    Result<void> outcome{};
    for (const auto& uplink : uplinks_) {
        auto& state = states_[uplink.device] = {};
        const auto device = links.find(uplink.device);
        if (!device) {
            state.problem = fmt::format("uplink {} does not exist", uplink.device);
            continue;
        }
        state.ifindex = device->ifindex;
        if (const auto done = attach_one(socket, uplink, *device, load, state); !done) {
            state.problem = fmt::format("uplink {}: {}", uplink.device, done.error().message());
            outcome = done;
        }
    }
    return outcome;
}

bool Uplinks::changed(const netlink::Links& links) const {
    return std::ranges::any_of(uplinks_, [&](const auto& uplink) {
        const auto device = links.find(uplink.device);
        const auto state = states_.find(uplink.device);
        return state == states_.end() || (device ? device->ifindex : 0) != state->second.ifindex;
    });
}

bool Uplinks::is_uplink(const std::string& name) const {
    return std::ranges::any_of(uplinks_, [&](const auto& uplink) { return uplink.device == name; });
}

void Uplinks::detach_former(netlink::Socket& socket, const netlink::Links& links) const {
    for (const auto ifindex : bpf::pinned_links(pin_)) {
        const auto device = links.all().find(ifindex);
        if (device != links.all().end() && is_uplink(device->second.name)) continue;
        if (const auto done = bpf::detach_xdp(pin_, ifindex); !done)
            log_warning("datapath", "{}", done.error().message());
    }
    for (const auto& [ifindex, device] : links.all()) {
        if (is_uplink(device.name)) continue;
        const auto filter = netlink::find_filter(socket, ifindex);
        if (!filter || !*filter || (*filter)->name != "fabric_rx") continue;
        if (const auto done = netlink::remove_filter(socket, ifindex); !done)
            log_warning("datapath", "{}", done.error().message());
    }
}

void Uplinks::add_addresses(netlink::Socket& socket, const Device& device, HostReport& report) {
    const auto addresses = netlink::addresses_of(socket, device.ifindex);
    if (!addresses) return;
    for (const auto& address : *addresses)
        if (!address.is_special()) report.underlay.push_back(address);
}

void Uplinks::report(netlink::Socket& socket, const netlink::Links& links, HostReport& report) const {
    for (const auto& [name, state] : states_) {
        if (!state.problem.empty()) report.problems.push_back(state.problem);
        if (state.native_xdp) report.capabilities.push_back("xdp-native:" + name);
        const auto device = links.find(name);
        if (!device) continue;
        if (device->up && device->mac) report.nics.push_back(device->mac);
        report.underlay_mtu =
            report.underlay_mtu == 0 ? device->mtu : std::min(report.underlay_mtu, device->mtu);
        add_addresses(socket, *device, report);
    }
    // Of a host with several uplinks that routes lead to: its address is on none of them.
    if (const auto loopback = links.find("lo")) add_addresses(socket, *loopback, report);
}

}  // namespace weft::agent
