// SPDX-License-Identifier: Apache-2.0
// A port: an attachment on this host, with everything that its packets need.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/net/address.h"
#include "weft/net/mac.h"
#include "weft/net/prefix.h"
#include "weft/schema/attachment.h"
#include "weft/schema/desired/kind.h"
#include "weft/schema/field.h"
#include "weft/schema/record.h"
#include "weft/schema/security_group.h"
#include "weft/schema/tag.h"
#include "weft/schema/vlan.h"

namespace weft::schema {

// What a further subnet of a record says of the addresses and prefixes in its ranges. On the instance's link
// its phantom router has the MAC address of the first one's.
struct PortSubnet {
    std::uint32_t table{0};
    Address router;
    std::uint32_t prefix_length{0};
    Address router6;  // of a subnet with an IPv6 range besides its IPv4 one
    std::uint32_t prefix_length6{0};
    Id acl;  // unset: none

    friend bool operator==(const PortSubnet&, const PortSubnet&) = default;
};

template <>
struct Schema<PortSubnet> {
    static constexpr std::string_view name = "port-subnet";
    static constexpr auto fields = Fields{
        Field{1, "table", &PortSubnet::table, "route table", settable},
        Field{2, "router", &PortSubnet::router, "phantom router", settable},
        Field{3, "prefix-length", &PortSubnet::prefix_length, "of the subnet", settable, 0, 128},
        Field{4, "router6", &PortSubnet::router6, "phantom router of its IPv6 range besides", settable},
        Field{5, "prefix-length6", &PortSubnet::prefix_length6, "of that range", settable, 0, 128},
        Field{6, "acl", &PortSubnet::acl, "network ACL", settable},
    };
};
WEFT_SCHEMA_COMPLETE(PortSubnet);

// An attachment on this host.
struct Port {
    Id attachment;
    Id record;
    std::uint32_t gni{0};
    std::uint32_t table{0};
    std::string device;
    std::string netns;
    std::vector<Address> addresses;
    std::uint32_t prefix_length{0};  // of the subnet, for the addresses of its family
    Mac mac;
    Address router;
    Mac router_mac;
    Address dns;           // server that the instance is to ask; unset: none
    std::uint32_t mtu{0};  // bytes, inner L3
    bool transmit{false};
    bool source_dest_check{true};
    bool disabled{false};
    bool in_repair{false};
    std::uint32_t tag{0};  // of the record's set of security groups; 0 none
    Id acl;                // of its subnet; unset: none
    Address router6;       // of a subnet with an IPv6 range besides its IPv4 one
    std::uint32_t prefix_length6{0};
    std::uint32_t own_table{0};       // asked before `table`; 0: none
    bool unreachable{false};          // what finds no route or mapping is answered with an ICMP error
    std::uint64_t egress_bytes{0};    // a second; 0 any: what the instance sends
    std::uint64_t egress_packets{0};  // the same
    std::uint64_t ingress_bytes{0};   // what it receives
    std::uint64_t ingress_packets{0};
    std::uint32_t flow_limit{0};   // most flows at once; 0: the host's default
    std::uint32_t tcp_timeout{0};  // seconds; 0: the host's default
    std::uint32_t udp_timeout{0};
    FlowLog flow_log{FlowLog::none};
    std::string account;              // billing account, for flow logs
    std::uint32_t vlan{0};            // 802.1Q tag on the device; 0: none
    Id device_of;                     // attachment that the device was made for; unset: this one
    Mac device_mac;                   // of those that share the device and the tag; unset: `mac`
    std::vector<Prefix> prefixes;     // delegated to the record
    std::vector<SecurityRule> rules;  // of the attachment, that narrow its groups; none: all that those allow
    std::uint32_t lease{0};  // seconds that it passes packets after the last contact; 0: without limit
    bool spread{false};      // one of several instances that have the record
    bool bare{false};        // the other end of a new veth is the host's own
    std::vector<PortSubnet> subnets;  // besides the first, which the fields above are of

    [[nodiscard]] std::string key() const { return to_string(attachment); }
    // What the instance sends from and is sent to.
    [[nodiscard]] const Mac& station() const { return device_mac ? device_mac : mac; }

    friend bool operator==(const Port&, const Port&) = default;
};

template <>
struct Schema<Port> {
    static constexpr DesiredKind kind = DesiredKind::port;
    static constexpr std::string_view name = "port";
    static constexpr auto fields = Fields{
        Field{1, "attachment", &Port::attachment, "the attachment", required},
        Field{2, "record", &Port::record, "its record", required},
        Field{3, "gni", &Port::gni, "guest network identifier", required, 1, 0xffffff},
        Field{4, "table", &Port::table, "route table", settable},
        Field{5, "device", &Port::device, "device name", settable, 0, 15},
        Field{6, "netns", &Port::netns, "named network namespace of a new veth end", settable, 0, 255},
        Field{7, "addresses", &Port::addresses, "the record's addresses", settable, 0, 64},
        Field{8, "prefix-length", &Port::prefix_length, "of the subnet", settable, 0, 128},
        Field{9, "mac", &Port::mac, "the record's MAC address", settable},
        Field{10, "router", &Port::router, "phantom router of the subnet", settable},
        Field{11, "router-mac", &Port::router_mac, "its MAC address", settable},
        Field{12, "mtu", &Port::mtu, "instance MTU, bytes", settable, 0, 65535},
        Field{13, "transmit", &Port::transmit, "whether it may send", settable},
        Field{14, "source-dest-check", &Port::source_dest_check, "only own addresses", settable},
        Field{15, "disabled", &Port::disabled, "its owner disabled the record", settable},
        Field{16, "in-repair", &Port::in_repair, "the operator took it into repair", settable},
        Field{17, "tag", &Port::tag, "security tag; 0 none", settable, 0, max_tag},
        Field{18, "acl", &Port::acl, "network ACL", settable},
        Field{19, "router6", &Port::router6, "phantom router of its IPv6 range besides", settable},
        Field{20, "prefix-length6", &Port::prefix_length6, "of that range", settable, 0, 128},
        Field{21, "dns", &Port::dns, "DNS server", settable},
        Field{22, "own-table", &Port::own_table, "route table of its own; 0 none", settable},
        Field{23, "unreachable", &Port::unreachable, "answer what has no route or mapping", settable},
        Field{24, "egress-bytes", &Port::egress_bytes, "a second; 0 any", settable},
        Field{25, "egress-packets", &Port::egress_packets, "a second; 0 any", settable},
        Field{26, "ingress-bytes", &Port::ingress_bytes, "a second; 0 any", settable},
        Field{27, "ingress-packets", &Port::ingress_packets, "a second; 0 any", settable},
        Field{28, "flow-limit", &Port::flow_limit, "most flows; 0 default", settable},
        Field{29, "tcp-timeout", &Port::tcp_timeout, "seconds; 0 default", settable},
        Field{30, "udp-timeout", &Port::udp_timeout, "seconds; 0 default", settable},
        Field{31, "flow-log", &Port::flow_log, "which flows are logged", settable},
        Field{32, "account", &Port::account, "billing account", settable, 0, 255},
        Field{33, "vlan", &Port::vlan, "802.1Q tag; 0 none", settable, 0, most_vlan},
        Field{36, "lease", &Port::lease, "seconds it passes packets after the last contact; 0 any", settable,
              0, 3600},
        Field{40, "device-of", &Port::device_of, "attachment that the device was made for", settable},
        Field{41, "device-mac", &Port::device_mac, "of those that share the device and the tag", settable},
        Field{34, "prefixes", &Port::prefixes, "delegated to the record", settable, 0, 2 * most_prefixes},
        Field{35, "rules", &Port::rules, "of the attachment, that narrow", settable, 0,
              most_attachment_rules},
        Field{38, "spread", &Port::spread, "one of several instances that have the record", settable},
        Field{50, "bare", &Port::bare, "the other end of a new veth is the host's own", settable},
        Field{51, "subnets", &Port::subnets, "further subnets of its addresses", settable, 0,
              2 * most_subnets},
    };
};
WEFT_SCHEMA_COMPLETE(Port);

}  // namespace weft::schema
