// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/kernel_datapath.h"

#include <linux/rtnetlink.h>

#include <algorithm>

#include "agent/datapath/bpf/probe.h"
#include "agent/datapath/device_name.h"
#include "agent/datapath/helper_client.h"
#include "agent/datapath/netlink/filter.h"
#include "agent/datapath/netlink/offload.h"
#include "agent/datapath/netlink/tap.h"
#include "agent/datapath/netlink/underlay.h"
#include "weft/abi/punt.h"
#include "weft/base/log.h"
#include "weft/schema/port_subnet.h"

namespace weft::agent {
namespace {

bool is_link(const nlmsghdr* message) {
    return message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK;
}

}  // namespace

KernelDatapath::KernelDatapath(const DatapathConfig& config, bpf::Load load, bpf::Maps maps,
                               netlink::Socket socket, netlink::Socket news, Namespaces namespaces)
    : config_(config),
      load_(std::move(load)),
      maps_(std::move(maps)),
      socket_(std::move(socket)),
      news_(std::move(news)),
      namespaces_(std::move(namespaces)),
      uplinks_(config.pin, config.uplinks) {}

Result<std::unique_ptr<Datapath>> KernelDatapath::open(const DatapathConfig& config) {
    WEFT_TRY(auto load, bpf::Load::make(config.pin, config.objects, config.sizes));
    WEFT_TRY(auto maps, bpf::Maps::open(config.pin));
    WEFT_TRY(auto socket, netlink::Socket::open());
    WEFT_TRY(auto news, netlink::Socket::subscribe({RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                                                    RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE}));
    WEFT_TRY(auto namespaces, Namespaces::open());
    std::unique_ptr<KernelDatapath> datapath{new KernelDatapath(
        config, std::move(load), std::move(maps), std::move(socket), std::move(news), std::move(namespaces))};
    WEFT_CHECK(datapath->start());
    return std::unique_ptr<Datapath>(std::move(datapath));
}

// Everything that is attached is swapped to this load before the former one goes.
Result<void> KernelDatapath::start() {
    WEFT_CHECK(links_.load(socket_));
    WEFT_TRY(events_, bpf::Events::open(maps_.events(), [this](const weft_event& event) {
                 if (on_event) on_event(event);
             }));
    WEFT_TRY(captures_, bpf::Captures::open(config_.pin, [this](const auto& head, auto bytes) {
                 if (on_captured) on_captured(head, bytes);
             }));
    HostReport kernel;
    bpf::probe_kernel(kernel);
    features_ = std::move(kernel.capabilities);
    if (const auto done = uplinks_.attach(socket_, links_, load_); !done)
        log_warning("datapath", "uplinks: {}", done.error().message());
    uplinks_.detach_former(socket_, links_);
    swap_instances();
    return load_.settle();
}

void KernelDatapath::swap_instances() {
    const auto& program = load_.instance_tx();
    for (const auto& [ifindex, device] : links_.all()) {
        const auto filter = netlink::find_filter(socket_, ifindex);
        if (!filter || !*filter || (*filter)->name != program.name) continue;
        if (const auto done = netlink::put_filter(socket_, ifindex, program.fd, program.name); !done)
            log_error("datapath", "device {}: {}", device.name, done.error().message());
    }
}

Result<TraceRun> KernelDatapath::trace(TraceHook hook, const std::string& frame, std::uint32_t ifindex) {
    if (!tracer_) {
        WEFT_TRY(auto made, bpf::Tracer::make(config_.pin, config_.objects));
        tracer_ = std::move(made);
    }
    return tracer_->run(hook, frame, ifindex);
}

Result<Path> KernelDatapath::path(const Address& remote, const Address& source) {
    WEFT_TRY(auto path, netlink::find_path(socket_, remote, source));
    const auto device = links_.all().find(path.ifindex);
    if (device == links_.all().end())
        return Error{
            ErrorCode::unreachable, "no route to " + to_string(remote) + " by a known device", {}, 0};
    path.mtu = path.mtu == 0 ? device->second.mtu : std::min(path.mtu, device->second.mtu);
    return path;
}

// Tagged devices inside are the instance's own to make: of those nothing but the MAC and the size is known.
Result<void> KernelDatapath::make_device(std::span<const schema::Port* const> ports) {
    const auto& port = *ports.front();
    const auto name = device_name(port);
    MakeDevice wanted;
    wanted.name = name;
    wanted.attachment = port.device_of ? port.device_of : port.attachment;
    wanted.netns = port.netns;
    wanted.device = port.device;
    wanted.mac = port.station();
    wanted.mtu = port.mtu;
    if (port.vlan == 0 && !port.bare) {
        for (const auto& address : port.addresses) {
            if (schema::subnet_holding(port, Prefix::host(address)) == 0)
                wanted.addresses.push_back(address);
            else
                wanted.further.push_back({address, schema::subnet_length(port, address)});
        }
        wanted.prefix_length = port.prefix_length;
        wanted.router = port.router;
        wanted.router6 = port.router6;
        wanted.prefix_length6 = port.prefix_length6;
    }
    for (const auto* other : ports.subspan(1))
        if (other->vlan == 0 && !other->bare)
            for (const auto& address : other->addresses)
                wanted.further.push_back({address, schema::subnet_length(*other, address)});
    for (const auto* other : ports) wanted.mtu = std::max(wanted.mtu, other->mtu);
    const auto made = ask_helper(config_.helper, wanted);
    const auto found = links_.refresh(socket_, name);
    // Of a device in somebody else's namespace that goes nobody tells: another host's former one, for
    // example.
    if (!made && made.error().code == ErrorCode::conflict) namespaces_.try_again();
    return made ? found : made;
}

Result<void> KernelDatapath::remove_device(const std::string& name) {
    WEFT_CHECK(ask_helper(config_.helper, RemoveDevice{name}));
    (void)links_.refresh(socket_, name);
    return {};
}

Result<void> KernelDatapath::attach_instance(const Device& device) {
    const auto& program = load_.instance_tx();
    WEFT_TRY(const auto present, netlink::find_filter(socket_, device.ifindex));
    if (present && present->program == program.id) return {};
    if (const auto done = netlink::disable_tunnel_offloads(device.name); !done)
        log_warning("datapath", "tunnel offloads of {}: {}", device.name, done.error().message());
    return netlink::put_filter(socket_, device.ifindex, program.fd, program.name);
}

Result<void> KernelDatapath::detach_instance(const Device& device) {
    return netlink::remove_filter(socket_, device.ifindex);
}

std::vector<Device> KernelDatapath::instance_devices() {
    std::vector<Device> found;
    for (const auto& [ifindex, device] : links_.all()) {
        const auto filter = netlink::find_filter(socket_, ifindex);
        const bool ours = filter && *filter && (*filter)->name == load_.instance_tx().name;
        if (ours || made_by_weft(device.name)) found.push_back(device);
    }
    return found;
}

// The packet path learns of the tap last: nothing comes before it can be answered.
Result<Fd> KernelDatapath::open_punt() {
    const auto& program = load_.punt_rx();
    WEFT_TRY(auto tap, netlink::make_tap(socket_, WEFT_PUNT_DEVICE));
    WEFT_CHECK(netlink::put_filter(socket_, tap.ifindex, program.fd, program.name));
    WEFT_CHECK(netlink::set_up_quietly(socket_, tap.ifindex));
    WEFT_CHECK(maps_.set_punt(tap.ifindex));
    return std::move(tap.fd);
}

Result<void> KernelDatapath::capture(std::uint64_t record, std::uint32_t snaplen, std::uint32_t directions) {
    if (directions != 0) return captures_->begin(record, snaplen, directions);
    captures_->end(record);
    return {};
}

HostReport KernelDatapath::report() {
    HostReport report;
    bpf::probe_frameworks(report, bpf::udp_sockets());
    std::ranges::copy(features_, std::back_inserter(report.capabilities));
    uplinks_.report(socket_, links_, report);
    return report;
}

std::vector<int> KernelDatapath::descriptors() {
    return {news_.descriptor(), events_->descriptor(), captures_->descriptor(),
            namespaces_.watch_descriptor(), namespaces_.timer_descriptor()};
}

void KernelDatapath::on_readable(int descriptor) {
    bool changed = false;
    if (descriptor == news_.descriptor()) changed = read_news();
    if (descriptor == events_->descriptor()) events_->drain();
    if (descriptor == captures_->descriptor()) captures_->drain();
    if (descriptor == namespaces_.watch_descriptor()) changed = namespaces_.on_watch();
    if (descriptor == namespaces_.timer_descriptor()) changed = namespaces_.on_timer();
    if (changed && on_change) on_change();
}

bool KernelDatapath::read_news() {
    bool changed = false;
    const bool complete =
        news_.drain([&](const nlmsghdr* message) { changed |= !is_link(message) || links_.take(message); });
    if (!complete) {
        log_info("datapath", "notifications were lost: reading all devices again");
        if (const auto done = links_.load(socket_); !done)
            log_error("datapath", "{}", done.error().message());
        changed = true;
    }
    if (uplinks_.changed(links_))
        if (const auto done = repair_uplinks(); !done)
            log_warning("datapath", "uplinks: {}", done.error().message());
    return changed;
}

Result<std::unique_ptr<Datapath>> open_datapath(const DatapathConfig& config) {
    return KernelDatapath::open(config);
}

}  // namespace weft::agent
