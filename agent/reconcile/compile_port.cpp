// SPDX-License-Identifier: Apache-2.0
// A port's entries: `port` where the instance sends, `local` and `station` where it receives.
#include <fmt/format.h>

#include <algorithm>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/compile.h"
#include "weft/abi/counter.h"
#include "weft/abi/local.h"
#include "weft/abi/port.h"
#include "weft/abi/spread.h"

namespace weft::agent {
namespace {

std::uint32_t flag(bool set, weft_port_flag bit) { return set ? static_cast<std::uint32_t>(bit) : 0; }

bool logs_rejected(schema::FlowLog log) {
    return log == schema::FlowLog::rejected || log == schema::FlowLog::all;
}

std::uint32_t common_flags(const schema::Port& port) {
    return flag(port.source_dest_check, WEFT_PORT_SOURCE_DEST_CHECK) |
           flag(port.disabled, WEFT_PORT_DISABLED) | flag(port.in_repair, WEFT_PORT_IN_REPAIR) |
           flag(logs_rejected(port.flow_log), WEFT_PORT_LOG_REJECTED) | flag(port.spread, WEFT_PORT_SPREAD);
}

// A family's first address; unset if the record has none of it.
Address first_of(const schema::Port& port, bool v6) {
    const auto found =
        std::ranges::find_if(port.addresses, [v6](const Address& a) { return a.is_v6() == v6; });
    return found == port.addresses.end() ? Address{} : *found;
}

// Where the subnet has one range, its family says which fields are meant.
struct Subnet {
    Address router4, router6;
    std::uint8_t bits4{0}, bits6{0};
};

Subnet subnet_of(const schema::Port& port) {
    const auto bits = static_cast<std::uint8_t>(port.prefix_length);
    if (port.router.is_v6()) return {{}, port.router, 0, bits};
    return {port.router, port.router6, bits, static_cast<std::uint8_t>(port.prefix_length6)};
}

weft_port sending_side(const schema::Port& port, const PolicyIds& policies, std::uint32_t flags,
                       std::uint64_t lease_expiry) {
    weft_port out{};
    out.lease_expiry = lease_expiry;
    out.attachment = port.attachment.value;
    out.record = port.record.value;
    out.gni = port.gni;
    out.flags = flags | common_flags(port) | flag(port.transmit, WEFT_PORT_TRANSMIT) |
                flag(port.egress_bytes != 0 || port.egress_packets != 0, WEFT_PORT_LIMITED) |
                flag(port.unreachable, WEFT_PORT_UNREACHABLE);
    out.table = port.table;
    out.own_table = port.own_table;
    out.policy = policies.groups;
    out.acl = policies.acl;
    out.narrow = policies.narrow;
    out.tag = port.tag;
    out.mtu = static_cast<std::uint16_t>(port.mtu);
    out.address = to_abi(first_of(port, false));
    out.address6 = to_abi(first_of(port, true));
    const auto subnet = subnet_of(port);
    out.router = to_abi(subnet.router4);
    out.router6 = to_abi(subnet.router6);
    out.subnet_bits = subnet.bits4;
    out.subnet6_bits = subnet.bits6;
    std::ranges::copy(port.station().bytes, out.mac);
    std::ranges::copy(port.router_mac.bytes, out.router_mac);
    return out;
}

weft_local receiving_side(const schema::Port& port, const Device& device, const PolicyIds& policies,
                          std::uint32_t flags, std::uint64_t lease_expiry) {
    weft_local out{};
    out.lease_expiry = lease_expiry;
    out.attachment = port.attachment.value;
    out.record = port.record.value;
    out.ifindex = device.ifindex;
    out.flags = flags | common_flags(port) | WEFT_PORT_DELIVER | flag(device.peer_elsewhere, WEFT_PORT_PEER) |
                flag(port.ingress_bytes != 0 || port.ingress_packets != 0, WEFT_PORT_LIMITED);
    const auto subnet = subnet_of(port);
    out.subnet_bits = subnet.bits4;
    out.subnet6_bits = subnet.bits6;
    out.policy = policies.groups;
    out.acl = policies.acl;
    out.narrow = policies.narrow;
    out.tag = port.tag;
    out.mtu = static_cast<std::uint16_t>(port.mtu);
    out.vlan = static_cast<std::uint16_t>(port.vlan);
    std::ranges::copy(port.station().bytes, out.mac);
    std::ranges::copy(port.router_mac.bytes, out.router_mac);
    return out;
}

// What the ports of a shared record have in common (common.h). Which of them receives a packet, `station`
// says.
weft_local shared_side(const schema::Port& port, const weft_local& seat) {
    auto out = seat;
    out.attachment = 0;
    out.ifindex = 0;
    out.flags &= ~std::uint32_t{WEFT_PORT_PEER};
    out.policy = 0;
    out.acl = 0;
    out.narrow = 0;
    out.vlan = 0;
    std::ranges::copy(port.mac.bytes, out.mac);
    return out;
}

weft_station_key station_key(const schema::Port& port) {
    weft_station_key key{};
    key.gni = port.gni;
    std::ranges::copy(port.mac.bytes, key.mac);
    if (port.spread) weft_member_mac(weft_member_id(port.attachment.value), key.mac);
    return key;
}

weft_port_key device_key(const Device& device, std::uint32_t vlan) {
    weft_port_key key{};
    key.ifindex = device.ifindex;
    key.vlan = static_cast<std::uint16_t>(vlan);
    return key;
}

}  // namespace

MapEntry compile_counter(const schema::Port& port) {
    return {MapId::counter, {to_bytes(port.record.value), {}}};
}

MapEntry compile_shared_device(const Device& device, std::uint32_t vlan, const weft_port& primary) {
    auto value = primary;
    value.flags |= WEFT_PORT_SHARED;
    return {MapId::port, {to_bytes(device_key(device, vlan)), to_bytes(value)}};
}

Compiled compile_port(const schema::Port& port, const Device& device, bool shared, const PolicyIds& policies,
                      std::uint32_t flags, std::uint64_t lease_expiry) {
    Compiled out;
    if (port.addresses.empty()) {
        out.failed = "the record has no address";
        return out;
    }
    if (shared && !port.prefixes.empty()) {
        out.failed = "a record with prefixes shares no device: it would have to be told apart by them";
        return out;
    }
    const auto seat = receiving_side(port, device, policies, flags, lease_expiry);
    const auto local = to_bytes(port.spread ? shared_side(port, seat) : seat);
    for (const auto& address : port.addresses) {
        const weft_overlay_key key{port.gni, to_abi(address)};
        out.entries.push_back({MapId::local, {to_bytes(key), local}});
    }
    for (const auto& prefix : port.prefixes) {
        const weft_overlay_prefix key{WEFT_GNI_BITS + mapped_length(prefix), port.gni,
                                      to_abi(prefix.address())};
        out.entries.push_back({MapId::local_prefix, {to_bytes(key), local}});
    }
    if (port.spread || !port.device_mac)  // another's MAC finds that one
        out.entries.push_back({MapId::station, {to_bytes(station_key(port)), to_bytes(seat)}});
    const auto sending = to_bytes(sending_side(port, policies, flags, lease_expiry));
    auto key = device_key(device, port.vlan);
    if (!shared) {
        out.entries.push_back({MapId::port, {to_bytes(key), sending}});
        return out;
    }
    for (const auto& address : port.addresses) {
        key.source = to_abi(address);
        out.entries.push_back({MapId::port, {to_bytes(key), sending}});
    }
    return out;
}

}  // namespace weft::agent
