// SPDX-License-Identifier: Apache-2.0
// A port's entries: `port` where the instance sends, `local` and `station` where it receives.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/compile.h"
#include "weft/abi/counter.h"
#include "weft/abi/local.h"
#include "weft/abi/port.h"
#include "weft/abi/spread.h"
#include "weft/schema/port_subnet.h"

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

// What is the same for all entries of a port.
struct PortHere {
    const schema::Port& port;
    const Device& device;
    const PolicyIds& policies;
    std::uint32_t flags{0};
    std::uint64_t lease_expiry{0};
};

// A subnet of the port, by its number. Where it has one range, its family says which fields are meant.
struct Subnet {
    std::size_t number{0};
    std::uint32_t table{0};
    std::uint32_t acl{0};
    Address router4, router6;
    std::uint8_t bits4{0}, bits6{0};
};

std::uint32_t acl_at(const PolicyIds& policies, std::size_t number) {
    if (number == 0) return policies.acl;
    return number <= policies.further_acls.size() ? policies.further_acls[number - 1] : 0;
}

Subnet subnet_of(const PortHere& here, std::size_t number) {
    const auto subnet = schema::subnet_at(here.port, number);
    const auto acl = acl_at(here.policies, number);
    const auto bits = static_cast<std::uint8_t>(subnet.prefix_length);
    const auto bits6 = static_cast<std::uint8_t>(subnet.prefix_length6);
    if (subnet.router.is_v6()) return {number, subnet.table, acl, {}, subnet.router, 0, bits};
    return {number, subnet.table, acl, subnet.router, subnet.router6, bits, bits6};
}

bool is_of(const schema::Port& port, const Prefix& range, std::size_t number) {
    return schema::subnet_holding(port, range) == number;
}

// A family's first address of the subnet; unset if the record has none.
Address first_of(const schema::Port& port, bool v6, std::size_t number) {
    const auto found = std::ranges::find_if(port.addresses, [&](const Address& a) {
        return a.is_v6() == v6 && is_of(port, Prefix::host(a), number);
    });
    return found == port.addresses.end() ? Address{} : *found;
}

weft_port sending_side(const PortHere& here, const Subnet& subnet) {
    const auto& [port, device, policies, flags, lease_expiry] = here;
    weft_port out{};
    out.lease_expiry = lease_expiry;
    out.attachment = port.attachment.value;
    out.record = port.record.value;
    out.gni = port.gni;
    out.flags = flags | common_flags(port) | flag(port.transmit, WEFT_PORT_TRANSMIT) |
                flag(port.egress_bytes != 0 || port.egress_packets != 0, WEFT_PORT_LIMITED) |
                flag(port.unreachable, WEFT_PORT_UNREACHABLE) |
                flag(!port.subnets.empty(), WEFT_PORT_SUBNETS);
    out.table = subnet.table;
    out.own_table = port.own_table;
    out.policy = policies.groups;
    out.acl = subnet.acl;
    out.narrow = policies.narrow;
    out.tag = port.tag;
    out.mtu = static_cast<std::uint16_t>(port.mtu);
    out.address = to_abi(first_of(port, false, subnet.number));
    out.address6 = to_abi(first_of(port, true, subnet.number));
    out.router = to_abi(subnet.router4);
    out.router6 = to_abi(subnet.router6);
    out.subnet_bits = subnet.bits4;
    out.subnet6_bits = subnet.bits6;
    std::ranges::copy(port.station().bytes, out.mac);
    std::ranges::copy(port.router_mac.bytes, out.router_mac);
    return out;
}

weft_local receiving_side(const PortHere& here, const Subnet& subnet) {
    const auto& [port, device, policies, flags, lease_expiry] = here;
    weft_local out{};
    out.lease_expiry = lease_expiry;
    out.attachment = port.attachment.value;
    out.record = port.record.value;
    out.ifindex = device.ifindex;
    out.flags = flags | common_flags(port) | WEFT_PORT_DELIVER | flag(device.peer_elsewhere, WEFT_PORT_PEER) |
                flag(port.ingress_bytes != 0 || port.ingress_packets != 0, WEFT_PORT_LIMITED);
    out.subnet_bits = subnet.bits4;
    out.subnet6_bits = subnet.bits6;
    out.policy = policies.groups;
    out.acl = subnet.acl;
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
weft_local shared_side(const schema::Port& port, const weft_local& seat, const Subnet& subnet) {
    auto out = seat;
    out.subnet = static_cast<std::uint16_t>(subnet.number);
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

weft_station_key station_key(const schema::Port& port, const Subnet& subnet) {
    weft_station_key key{};
    key.gni = port.gni;
    std::ranges::copy(port.mac.bytes, key.mac);
    if (!port.spread) return key;
    weft_member_mac(weft_member_id(port.attachment.value), key.mac);
    key.subnet = static_cast<std::uint16_t>(subnet.number);
    return key;
}

weft_port_key device_key(const Device& device, std::uint32_t vlan) {
    weft_port_key key{};
    key.ifindex = device.ifindex;
    key.vlan = static_cast<std::uint16_t>(vlan);
    return key;
}

// Where the instance receives what is for the subnet's addresses and prefixes.
void add_receiving(const PortHere& here, const Subnet& subnet, std::vector<MapEntry>& out) {
    const auto& port = here.port;
    const auto seat = receiving_side(here, subnet);
    const auto local = to_bytes(port.spread ? shared_side(port, seat, subnet) : seat);
    for (const auto& address : port.addresses) {
        if (!is_of(port, Prefix::host(address), subnet.number)) continue;
        const weft_overlay_key key{port.gni, to_abi(address)};
        out.push_back({MapId::local, {to_bytes(key), local}});
    }
    for (const auto& prefix : port.prefixes) {
        if (!is_of(port, prefix, subnet.number)) continue;
        const weft_overlay_prefix key{WEFT_GNI_BITS + mapped_length(prefix), port.gni,
                                      to_abi(prefix.address())};
        out.push_back({MapId::local_prefix, {to_bytes(key), local}});
    }
    if (port.spread || (!port.device_mac && subnet.number == 0))  // another's MAC finds that one
        out.push_back({MapId::station, {to_bytes(station_key(port, subnet)), to_bytes(seat)}});
}

// The ranges of the subnet that have a prefix which is delegated to the record.
std::set<Prefix> delegating_ranges(const schema::Port& port, std::size_t number) {
    std::set<Prefix> ranges;
    for (const auto& range : schema::ranges_of(schema::subnet_at(port, number)))
        for (const auto& prefix : port.prefixes)
            if (range.contains(prefix)) ranges.insert(range);
    return ranges;
}

// Where the subnet's addresses are told from others on the device.
void add_by_source(const PortHere& here, const Subnet& subnet, std::vector<MapEntry>& out) {
    const auto& port = here.port;
    const auto sending = to_bytes(sending_side(here, subnet));
    auto key = device_key(here.device, port.vlan);
    const auto add = [&](const Address& source) {
        key.source = to_abi(source);
        out.push_back({MapId::port, {to_bytes(key), sending}});
    };
    for (const auto& address : port.addresses)
        if (is_of(port, Prefix::host(address), subnet.number)) add(address);
    if (subnet.number == 0) return;
    for (const auto& range : delegating_ranges(port, subnet.number)) add(range.address());
}

}  // namespace

MapEntry compile_counter(const schema::Port& port) {
    return {MapId::counter, {to_bytes(port.record.value), {}}};
}

MapEntry compile_shared_device(const Device& device, std::uint32_t vlan, const weft_port& primary) {
    auto value = primary;
    value.flags |= WEFT_PORT_SHARED;
    value.flags &= ~std::uint32_t{WEFT_PORT_SUBNETS};  // others' addresses are not its own
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
    const PortHere here{port, device, policies, flags, lease_expiry};
    for (std::size_t number = 0; number <= port.subnets.size(); ++number)
        add_receiving(here, subnet_of(here, number), out.entries);
    auto whole = sending_side(here, subnet_of(here, 0));
    if (!port.subnets.empty()) whole.flags |= WEFT_PORT_SHARED;
    if (!shared)
        out.entries.push_back({MapId::port, {to_bytes(device_key(device, port.vlan)), to_bytes(whole)}});
    if (!shared && port.subnets.empty()) return out;
    for (std::size_t number = 0; number <= port.subnets.size(); ++number)
        add_by_source(here, subnet_of(here, number), out.entries);
    return out;
}

}  // namespace weft::agent
