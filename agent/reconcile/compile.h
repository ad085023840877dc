// SPDX-License-Identifier: Apache-2.0
// Desired objects to map entries, one object at a time. Pure: what the kernel said is an argument.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/datapath/datapath.h"
#include "agent/datapath/device_name.h"
#include "agent/state/desired_set.h"
#include "weft/abi/port.h"

namespace weft::agent {

struct MapEntry {
    MapId map{MapId::own};
    Entry entry;

    friend bool operator==(const MapEntry&, const MapEntry&) = default;
};

// What one object becomes. `waiting` and `failed` say why entries are missing or incomplete; empty: nothing.
struct Compiled {
    std::vector<MapEntry> entries;
    std::string waiting;
    std::string failed;

    friend bool operator==(const Compiled&, const Compiled&) = default;
};

// How to reach another host; `own` is the host that this agent runs for, whose peer object says which outer
// addresses are its own. Without a path the entry stays, and its packets drop with the reason `no_path`.
[[nodiscard]] Compiled compile_peer(const schema::Peer& peer, std::uint64_t own, const Result<Path>& path);
[[nodiscard]] Compiled compile_route(const schema::Route& route);
// `own` is the host that this agent runs for: its first member has what comes for no member in particular.
[[nodiscard]] Compiled compile_spread(const schema::Spread& spread, std::uint64_t own);
[[nodiscard]] Compiled compile_mapping(const schema::Mapping& mapping);
// `mapping` is the one with the same key, if there is one: it says whose the source is.
[[nodiscard]] Compiled compile_source(const schema::Source& source, const schema::Mapping* mapping);

// The policies that filter a port; an ACL of 0: the subnet has none.
struct PolicyIds {
    std::uint32_t groups{0};
    std::uint32_t acl{0};
    std::uint32_t narrow{0};                    // 0: the attachment has no rules of its own
    std::vector<std::uint32_t> further_acls{};  // of the port's further subnets, or none of them
};

// One attachment at its device. `shared`: other records use the device with the same tag, so that the port is
// found by source address, as it is when its addresses are of several subnets, and compile_shared_device() is
// needed beside it. `flags`: weft_port_flag bits
// besides its own; `lease_expiry` as in weft_port.
[[nodiscard]] Compiled compile_port(const schema::Port& port, const Device& device, bool shared,
                                    const PolicyIds& policies = {}, std::uint32_t flags = 0,
                                    std::uint64_t lease_expiry = 0);
// `primary`: the sending side of the port that has what comes without an address of any; none: nobody has.
[[nodiscard]] MapEntry compile_shared_device(const Device& device, std::uint32_t vlan,
                                             const weft_port& primary = {});
// What its record may send and receive a second.
[[nodiscard]] std::vector<MapEntry> compile_rates(const schema::Port& port);
// The record's counter, which it keeps while its device is away.
[[nodiscard]] MapEntry compile_counter(const schema::Port& port);

// The framework's bit in masks and its number; nothing for a name that this agent does not know.
[[nodiscard]] std::optional<std::uint8_t> framework_number(const std::string& name);

// The maps that hold policies, and the policy that one of their entries belongs to.
inline constexpr std::array policy_maps{MapId::rule_port, MapId::rule_address, MapId::rule_tag,
                                        MapId::policy};
[[nodiscard]] std::uint32_t policy_id_of(MapId map, const std::string& key);

// The object that an entry of `own`, `peer`, `underlay`, `route*`, `member`, `spread`, `mapping*`, `source*`,
// `any_source`, `local`, `station` or `port` belongs to; nothing for entries that belong to several (what is
// counted, policies, a shared device, a shared record's `local`).
[[nodiscard]] std::optional<ObjectKey> object_of(MapId map, const Entry& entry, std::uint64_t own);

}  // namespace weft::agent
