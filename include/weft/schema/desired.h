// SPDX-License-Identifier: Apache-2.0
// What one host must hold: the objects that a session carries from the coordinator to an agent. Each has a
// key, unique among the host's objects of its kind. Put order is the order of DesiredObjects, deletes go the
// other way.
#pragma once

#include "weft/base/id.h"
#include "weft/net/mac.h"
#include "weft/net/prefix.h"
#include "weft/schema/acl.h"
#include "weft/schema/attachment.h"
#include "weft/schema/field.h"
#include "weft/schema/instance.h"
#include "weft/schema/record.h"
#include "weft/schema/route_table.h"
#include "weft/schema/security_group.h"
#include "weft/schema/tag.h"

namespace weft::schema {

inline constexpr std::size_t most_members = 64;  // of a record on several instances

// The numbers are sent and kept: appended, never reused.
enum class DesiredKind : std::uint8_t {
    peer = 1,
    route = 2,
    mapping = 3,
    source = 4,
    port = 5,
    group = 6,
    tag = 7,
    acl = 8,
    spread = 9,
    instance = 10,
};
template <>
inline constexpr auto enum_names<DesiredKind> = std::array{
    std::pair{DesiredKind::peer, std::string_view{"peer"}},
    std::pair{DesiredKind::route, std::string_view{"route"}},
    std::pair{DesiredKind::mapping, std::string_view{"mapping"}},
    std::pair{DesiredKind::source, std::string_view{"source"}},
    std::pair{DesiredKind::port, std::string_view{"port"}},
    std::pair{DesiredKind::group, std::string_view{"group"}},
    std::pair{DesiredKind::tag, std::string_view{"tag"}},
    std::pair{DesiredKind::acl, std::string_view{"acl"}},
    std::pair{DesiredKind::spread, std::string_view{"spread"}},
    std::pair{DesiredKind::instance, std::string_view{"instance"}},
};

// A host that exchanges packets with this one; the host itself is among them, with no framework.
struct Peer {
    Id host;
    std::string name;
    std::vector<Address> underlay;               // declared addresses of that host
    Address send_to;                             // outer destination towards it; unset for the host itself
    Address send_from;                           // this host's own address to use as outer source
    std::string send_framework;                  // "geneve/1"; empty: nothing in common, packets to it drop
    std::vector<std::string> accept_frameworks;  // what it may send us

    [[nodiscard]] std::string key() const { return to_string(host); }

    friend bool operator==(const Peer&, const Peer&) = default;
};

enum class RouteTarget : std::uint8_t { local = 1, router = 2, blackhole = 3, record = 4, partition = 5 };
template <>
inline constexpr auto enum_names<RouteTarget> = std::array{
    std::pair{RouteTarget::local, std::string_view{"local"}},
    std::pair{RouteTarget::router, std::string_view{"router"}},
    std::pair{RouteTarget::blackhole, std::string_view{"blackhole"}},
    std::pair{RouteTarget::record, std::string_view{"record"}},
    std::pair{RouteTarget::partition, std::string_view{"partition"}},
};

// A record that forwards, by its address.
struct NextHop {
    Address address;
    std::uint32_t weight{1};

    friend bool operator==(const NextHop&, const NextHop&) = default;
};

template <>
struct Schema<NextHop> {
    static constexpr std::string_view name = "next-hop";
    static constexpr auto fields = Fields{
        Field{1, "address", &NextHop::address, "address of the record", required},
        Field{2, "weight", &NextHop::weight, "share of the flows", settable, 1, most_weight},
    };
};
WEFT_SCHEMA_COMPLETE(NextHop);

// Longest prefix first. `local`: a subnet, look the destination up in the mappings; `router`: the address of
// a phantom router, answered on the spot; `record`: sent to one of the next hops, chosen by flow;
// `partition`: the destination is looked up in the mappings of `gni`.
struct Route {
    std::uint32_t table{0};  // the partition's default table has the number of its GNI
    Prefix prefix;
    RouteTarget target{RouteTarget::local};
    std::vector<NextHop> next_hops;
    std::uint32_t gni{0};  // of a peering partition

    [[nodiscard]] std::string key() const { return std::to_string(table) + ' ' + to_string(prefix); }

    friend bool operator==(const Route&, const Route&) = default;
};

// An instance that a shared record is attached to.
struct Member {
    Id attachment;
    Id host;
    std::uint32_t weight{1};  // 0: keeps the flows that it has, and gets no new ones

    friend bool operator==(const Member&, const Member&) = default;
};

template <>
struct Schema<Member> {
    static constexpr std::string_view name = "member";
    static constexpr auto fields = Fields{
        Field{1, "attachment", &Member::attachment, "the attachment", required},
        Field{2, "host", &Member::host, "host that it is on", required},
        Field{3, "weight", &Member::weight, "0: no new flows", settable, 0, 1},
    };
};
WEFT_SCHEMA_COMPLETE(Member);

// Where the flows to a record that is on several instances at once may go (row 2.7).
struct Spread {
    Id record;
    std::vector<Member> members;  // in the order of their attachments

    [[nodiscard]] std::string key() const { return to_string(record); }

    friend bool operator==(const Spread&, const Spread&) = default;
};

template <>
struct Schema<Spread> {
    static constexpr DesiredKind kind = DesiredKind::spread;
    static constexpr std::string_view name = "spread";
    static constexpr auto fields = Fields{
        Field{1, "record", &Spread::record, "the record", required},
        Field{2, "members", &Spread::members, "its instances", settable, 0, most_members},
    };
};
WEFT_SCHEMA_COMPLETE(Spread);

// (GNI, overlay prefix) -> host, record, MAC, tag.
struct Mapping {
    std::uint32_t gni{0};
    Prefix prefix;
    Id host;
    Id record;
    Mac mac;
    std::uint32_t tag{0};
    bool spread{false};  // by flow over the members of the record's Spread; `host` is that of one

    [[nodiscard]] std::string key() const { return std::to_string(gni) + ' ' + to_string(prefix); }

    friend bool operator==(const Mapping&, const Mapping&) = default;
};

// Which hosts may send packets with this overlay source (row 4.4). A prefix of length 0: any source of the
// GNI, for hosts with an unchecked record.
struct Source {
    std::uint32_t gni{0};
    Prefix prefix;
    std::vector<Id> hosts;

    [[nodiscard]] std::string key() const { return std::to_string(gni) + ' ' + to_string(prefix); }

    friend bool operator==(const Source&, const Source&) = default;
};

// A network ACL of a subnet with a port here.
struct Acl {
    Id id;
    std::vector<AclRule> rules;  // in the order of their numbers

    [[nodiscard]] std::string key() const { return to_string(id); }

    friend bool operator==(const Acl&, const Acl&) = default;
};

// A security group with a record here. Rules without their descriptions.
struct Group {
    Id id;
    std::uint32_t gni{0};
    bool keep{false};  // an established flow that changed rules no longer allow goes on
    std::vector<SecurityRule> rules;

    [[nodiscard]] std::string key() const { return to_string(id); }

    friend bool operator==(const Group&, const Group&) = default;
};

// The security groups that a tag stands for: those of each record of the partition that carries it. No two
// tags of a cluster have the same number.
struct Tag {
    std::uint32_t gni{0};
    std::uint32_t tag{0};
    std::vector<Id> groups;

    [[nodiscard]] std::string key() const { return std::to_string(tag); }

    friend bool operator==(const Tag&, const Tag&) = default;
};

// An instance that a driver of this host runs.
struct Workload {
    Id id;
    std::string name;
    InstanceState state{InstanceState::booting};  // what it is to be; booting: running, once it is `ready`
    bool ready{false};                            // every attachment is programmed
    std::uint64_t generation{0};                  // of the instance: a report tells which state it is about
    std::string driver;
    Tags parameters;
    std::string netns;
    std::vector<Id> attachments;

    [[nodiscard]] std::string key() const { return to_string(id); }

    friend bool operator==(const Workload&, const Workload&) = default;
};

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
struct Schema<Peer> {
    static constexpr DesiredKind kind = DesiredKind::peer;
    static constexpr std::string_view name = "peer";
    static constexpr auto fields = Fields{
        Field{1, "host", &Peer::host, "the host", required},
        Field{2, "name", &Peer::name, "its name", settable, 0, 255},
        Field{3, "underlay", &Peer::underlay, "its underlay addresses", settable, 0, 8},
        Field{4, "send-to", &Peer::send_to, "outer destination", settable},
        Field{5, "send-from", &Peer::send_from, "outer source", settable},
        Field{6, "send-framework", &Peer::send_framework, "framework towards it", settable, 0, 32},
        Field{7, "accept-frameworks", &Peer::accept_frameworks, "frameworks accepted from it", settable, 0,
              16},
    };
};
WEFT_SCHEMA_COMPLETE(Peer);

template <>
struct Schema<Route> {
    static constexpr DesiredKind kind = DesiredKind::route;
    static constexpr std::string_view name = "route";
    static constexpr auto fields = Fields{
        Field{1, "table", &Route::table, "route table", settable},
        Field{2, "prefix", &Route::prefix, "destination", required},
        Field{3, "target", &Route::target, "what to do", settable},
        Field{4, "next-hops", &Route::next_hops, "records that forward", settable, 0, most_next_hops},
        Field{5, "gni", &Route::gni, "guest network identifier of the partition", settable, 0, 0xffffff},
    };
};
WEFT_SCHEMA_COMPLETE(Route);

template <>
struct Schema<Mapping> {
    static constexpr DesiredKind kind = DesiredKind::mapping;
    static constexpr std::string_view name = "mapping";
    static constexpr auto fields = Fields{
        Field{1, "gni", &Mapping::gni, "guest network identifier", required, 1, 0xffffff},
        Field{2, "prefix", &Mapping::prefix, "overlay addresses", required},
        Field{3, "host", &Mapping::host, "host they live on", required},
        Field{4, "record", &Mapping::record, "their record", required},
        Field{5, "mac", &Mapping::mac, "its MAC address", settable},
        Field{6, "tag", &Mapping::tag, "security tag; 0 none", settable, 0, max_tag},
        Field{7, "spread", &Mapping::spread, "over the record's members, by flow", settable},
    };
};
WEFT_SCHEMA_COMPLETE(Mapping);

template <>
struct Schema<Source> {
    static constexpr DesiredKind kind = DesiredKind::source;
    static constexpr std::string_view name = "source";
    static constexpr auto fields = Fields{
        Field{1, "gni", &Source::gni, "guest network identifier", required, 1, 0xffffff},
        Field{2, "prefix", &Source::prefix, "overlay addresses; length 0: any", required},
        Field{3, "hosts", &Source::hosts, "hosts that may send them", settable, 0, 4000},
    };
};
WEFT_SCHEMA_COMPLETE(Source);

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

template <>
struct Schema<Workload> {
    static constexpr DesiredKind kind = DesiredKind::instance;
    static constexpr std::string_view name = "instance";
    static constexpr auto fields = Fields{
        Field{1, "id", &Workload::id, "the instance", required},
        Field{2, "name", &Workload::name, "its name", settable, 0, 255},
        Field{3, "state", &Workload::state, "what it is to be", settable},
        Field{4, "ready", &Workload::ready, "every attachment is programmed", settable},
        Field{5, "generation", &Workload::generation, "of the instance", settable},
        Field{6, "driver", &Workload::driver, "what runs it", required, 1, 64},
        Field{7, "parameters", &Workload::parameters, "for the driver", settable, 0, most_parameters},
        Field{8, "netns", &Workload::netns, "its network namespace", settable, 0, 255},
        Field{9, "attachments", &Workload::attachments, "its attachments here", settable, 0, 256},
    };
};
WEFT_SCHEMA_COMPLETE(Workload);

template <>
struct Schema<Acl> {
    static constexpr DesiredKind kind = DesiredKind::acl;
    static constexpr std::string_view name = "acl";
    static constexpr auto fields = Fields{
        Field{1, "id", &Acl::id, "the ACL", required},
        Field{2, "rules", &Acl::rules, "its rules", settable, 0, most_acl_rules},
    };
};
WEFT_SCHEMA_COMPLETE(Acl);

template <>
struct Schema<Group> {
    static constexpr DesiredKind kind = DesiredKind::group;
    static constexpr std::string_view name = "group";
    static constexpr auto fields = Fields{
        Field{1, "id", &Group::id, "the group", required},
        Field{2, "gni", &Group::gni, "guest network identifier", required, 1, 0xffffff},
        Field{3, "keep", &Group::keep, "flows that are no longer allowed go on", settable},
        Field{4, "rules", &Group::rules, "what it allows", settable, 0, most_group_rules},
    };
};
WEFT_SCHEMA_COMPLETE(Group);

template <>
struct Schema<Tag> {
    static constexpr DesiredKind kind = DesiredKind::tag;
    static constexpr std::string_view name = "tag";
    static constexpr auto fields = Fields{
        Field{1, "gni", &Tag::gni, "guest network identifier", required, 1, 0xffffff},
        Field{2, "tag", &Tag::tag, "the tag", required, 1, max_tag},
        Field{3, "groups", &Tag::groups, "what it stands for", required, 1, most_groups},
    };
};
WEFT_SCHEMA_COMPLETE(Tag);

// In put order: what others refer to comes first.
using DesiredObjects = std::tuple<Peer, Route, Spread, Mapping, Source, Acl, Group, Tag, Workload, Port>;

// Calls fn(std::type_identity<T>{}) for the struct of `kind`; false for a number that is none.
template <class Fn>
constexpr bool with_desired(DesiredKind kind, Fn&& fn) {
    return [&]<class... T>(std::type_identity<std::tuple<T...>>) {
        return ((Schema<T>::kind == kind && (fn(std::type_identity<T>{}), true)) || ...);
    }(std::type_identity<DesiredObjects>{});
}

// The place of a kind in the put order.
[[nodiscard]] constexpr unsigned put_order(DesiredKind kind) {
    return [&]<class... T>(std::type_identity<std::tuple<T...>>) {
        unsigned at = 0;
        (void)((Schema<T>::kind == kind || (++at, false)) || ...);
        return at;
    }(std::type_identity<DesiredObjects>{});
}

}  // namespace weft::schema
