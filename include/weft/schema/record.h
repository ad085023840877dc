// SPDX-License-Identifier: Apache-2.0
// An interface record: addresses, security properties, flags; attached, detached and moved (row 1.1).
#pragma once

#include "weft/base/id.h"
#include "weft/net/address.h"
#include "weft/net/mac.h"
#include "weft/net/prefix.h"
#include "weft/schema/address_subnet.h"
#include "weft/schema/field.h"
#include "weft/schema/public_address.h"
#include "weft/schema/rare.h"
#include "weft/schema/route_table.h"
#include "weft/schema/tag.h"
#include "weft/schema/traffic_counts.h"
#include "weft/schema/vlan.h"

namespace weft::schema {

inline constexpr std::size_t most_own_routes = 50;
inline constexpr std::size_t most_prefixes = 16;
inline constexpr std::size_t most_subnets = 16;  // besides the first
inline constexpr std::size_t most_listed = 32;   // entries of a list of principals
inline constexpr std::size_t most_standbys = 16;
inline constexpr std::uint64_t most_rate = 1'000'000'000'000;  // a second

enum class RecordStatus : std::uint8_t { available = 0, disabled = 1, in_repair = 2 };
template <>
inline constexpr auto enum_names<RecordStatus> = std::array{
    std::pair{RecordStatus::available, std::string_view{"available"}},
    std::pair{RecordStatus::disabled, std::string_view{"disabled"}},
    std::pair{RecordStatus::in_repair, std::string_view{"in-repair"}},
};

enum class AttachmentStatus : std::uint8_t { detached = 0, attaching = 1, attached = 2, detaching = 3 };
template <>
inline constexpr auto enum_names<AttachmentStatus> = std::array{
    std::pair{AttachmentStatus::detached, std::string_view{"detached"}},
    std::pair{AttachmentStatus::attaching, std::string_view{"attaching"}},
    std::pair{AttachmentStatus::attached, std::string_view{"attached"}},
    std::pair{AttachmentStatus::detaching, std::string_view{"detaching"}},
};

// Which flows of the record the flow log names (row 8.3).
enum class FlowLog : std::uint8_t { none = 0, accepted = 1, rejected = 2, all = 3 };
template <>
inline constexpr auto enum_names<FlowLog> = std::array{
    std::pair{FlowLog::none, std::string_view{"none"}},
    std::pair{FlowLog::accepted, std::string_view{"accepted"}},
    std::pair{FlowLog::rejected, std::string_view{"rejected"}},
    std::pair{FlowLog::all, std::string_view{"all"}},
};

// How far hosts are with a change of an attached record's addresses (row 1.5):
//              its own hosts have        mappings and sources at all hosts of the partition
//  settled     the addresses             the addresses
//  enabling    both, new and former      the former ones
//  announcing  both                      both
//  withdrawing the addresses             the addresses; the former ones are nobody else's yet
enum class AddressStep : std::uint8_t { settled = 0, enabling = 1, announcing = 2, withdrawing = 3 };
template <>
inline constexpr auto enum_names<AddressStep> = std::array{
    std::pair{AddressStep::settled, std::string_view{"settled"}},
    std::pair{AddressStep::enabling, std::string_view{"enabling"}},
    std::pair{AddressStep::announcing, std::string_view{"announcing"}},
    std::pair{AddressStep::withdrawing, std::string_view{"withdrawing"}},
};

struct Record {
    Id id;
    std::string name;
    Rare<std::string> description;
    Id partition;
    Id subnet;
    std::string zone;
    std::vector<Address> addresses;
    Mac mac;
    Address dns;
    std::vector<Id> security_groups;
    bool delete_on_terminate{false};
    bool source_dest_check{true};
    RecordStatus status{RecordStatus::available};
    bool exclusive{true};
    std::string owner;
    std::string account;
    Tags tags;
    AttachmentStatus attachment_status{AttachmentStatus::detached};
    Rare<std::vector<Id>> attachments;
    Rare<std::vector<Id>> instances;
    Rare<std::vector<Id>> hosts;
    Rare<std::string> notice;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};
    std::uint32_t tag{0};
    std::vector<RouteEntry> routes;
    std::uint64_t egress_bytes{0};
    std::uint64_t egress_packets{0};
    std::uint64_t ingress_bytes{0};
    std::uint64_t ingress_packets{0};
    std::uint32_t flow_limit{0};
    std::uint32_t tcp_timeout{0};
    std::uint32_t udp_timeout{0};
    FlowLog flow_log{FlowLog::none};
    Id pool;
    Id address_pool;
    std::uint32_t vlan{0};
    std::vector<Address> former_addresses;
    AddressStep address_step{AddressStep::settled};
    Id operation;
    Rare<std::string> repair;
    Rare<std::vector<std::string>> attachers;
    Rare<std::vector<std::string>> detachers;
    Rare<std::vector<std::string>> ip_setters;
    Rare<std::vector<std::string>> modifiers;
    Rare<std::vector<Id>> standbys;
    std::uint32_t lease{10};
    Rare<std::string> failover;
    std::vector<Prefix> prefixes;
    std::vector<PublicAddress> public_addresses;
    Rare<std::vector<Mac>> nics;
    Rare<TrafficCounts> monitoring;
    std::vector<Prefix> former_prefixes;
    Rare<std::vector<std::string>> members;
    Rare<std::vector<Id>> subnets;
    Rare<std::vector<AddressSubnet>> address_subnets;

    friend bool operator==(const Record&, const Record&) = default;
};

template <>
struct Schema<Record> {
    static constexpr Kind kind = Kind::record;
    static constexpr std::string_view name = "record";
    static constexpr auto fields = Fields{
        Field{1, "id", &Record::id, "id of the record", server},
        Field{2, "name", &Record::name, "name, unique in the partition; the id when left out", settable, 0,
              255},
        Field{3, "description", &Record::description, "free text", settable, 0, 1024},
        Field{4, "partition", &Record::partition, "partition; follows from the subnet", server},
        Field{5, "subnet", &Record::subnet, "subnet its addresses come from, those of further ones apart",
              required | detached_only},
        Field{6, "zone", &Record::zone, "zone; follows from the subnet", server, 0, 255},
        Field{7, "addresses", &Record::addresses,
              "private addresses, the primary one first; one of each subnet is chosen when left out",
              settable, 0, 64},
        Field{8, "mac", &Record::mac, "MAC address, unique in the partition; chosen when left out",
              detached_only},
        Field{9, "dns", &Record::dns, "DNS server; the partition's when left out", settable},
        Field{25, "security-groups", &Record::security_groups,
              "security groups it is in; the partition's default group when left out", settable, 0,
              most_groups},
        Field{11, "delete-on-terminate", &Record::delete_on_terminate,
              "deleted with the instance it is attached to", settable},
        Field{12, "source-dest-check", &Record::source_dest_check,
              "only the record's own addresses as source and destination", settable},
        Field{13, "status", &Record::status,
              "available, disabled or in-repair: the latter two drop its traffic", settable},
        Field{14, "exclusive", &Record::exclusive, "attached to one instance at a time", create_only},
        Field{15, "owner", &Record::owner, "principal that owns it; follows from the partition", server, 0,
              255},
        Field{16, "account", &Record::account, "billing account", settable, 0, 255},
        Field{17, "tags", &Record::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{18, "attachment-status", &Record::attachment_status,
              "detached, attaching, attached or detaching", derived},
        Field{19, "attachments", &Record::attachments, "its attachments", derived},
        Field{20, "instances", &Record::instances, "instances it is attached to", derived},
        Field{21, "hosts", &Record::hosts, "hosts it is attached on", derived},
        Field{22, "notice", &Record::notice, "what the reader should know, in words", derived, 0, 4096},
        Field{23, "generation", &Record::generation, "counts the changes of this object", server},
        Field{24, "create-time", &Record::create_time, "microseconds since 1970 UTC", server | timestamp},
        Field{26, "tag", &Record::tag, "security tag: the number of its set of groups", server, 0, max_tag},
        Field{27, "routes", &Record::routes, "its own routes, asked before its subnet's route table",
              settable, 0, most_own_routes},
        Field{28, "egress-bytes", &Record::egress_bytes, "most bytes a second that it sends; 0 any", settable,
              0, most_rate},
        Field{29, "egress-packets", &Record::egress_packets, "most packets a second that it sends; 0 any",
              settable, 0, most_rate},
        Field{30, "ingress-bytes", &Record::ingress_bytes, "most bytes a second that it receives; 0 any",
              settable, 0, most_rate},
        Field{31, "ingress-packets", &Record::ingress_packets,
              "most packets a second that it receives; 0 any", settable, 0, most_rate},
        Field{32, "flow-limit", &Record::flow_limit, "most tracked flows at once; 0 the host's default",
              settable, 0, 1u << 20},
        Field{33, "tcp-timeout", &Record::tcp_timeout,
              "seconds that an idle established TCP flow is kept; 0 the host's default", settable, 0, 432000},
        Field{34, "udp-timeout", &Record::udp_timeout,
              "seconds that an idle UDP stream is kept; 0 the host's default", settable, 0, 86400},
        Field{35, "flow-log", &Record::flow_log, "flows that its host logs: none, accepted, rejected or all",
              settable},
        Field{40, "pool", &Record::pool, "pool that instances take it from while it is detached", settable},
        Field{44, "address-pool", &Record::address_pool,
              "pool that its addresses are chosen from when left out", settable},
        Field{42, "vlan", &Record::vlan,
              "802.1Q tag that it is attached with unless the request says another; 0 untagged", settable, 0,
              most_vlan},
        Field{60, "former-addresses", &Record::former_addresses,
              "addresses before the change that is under way", server, 0, 64},
        Field{61, "address-step", &Record::address_step, "how far a change of its addresses is", server},
        Field{62, "operation", &Record::operation, "operation that changes its addresses; empty: none",
              server},
        Field{63, "repair", &Record::repair,
              "why it was taken into repair without the operator, until that is over; empty: it was not",
              server, 0, 1024},
        Field{36, "attachers", &Record::attachers,
              "who may attach it besides its owner: principals, group:NAME, role:customer, role:operator",
              settable, 0, most_listed},
        Field{37, "detachers", &Record::detachers, "who may detach it, likewise; the attachers when empty",
              settable, 0, most_listed},
        Field{38, "ip-setters", &Record::ip_setters, "who may set its addresses, likewise", settable, 0,
              most_listed},
        Field{39, "modifiers", &Record::modifiers, "who may set its other fields, likewise", settable, 0,
              most_listed},
        Field{
            43, "standbys", &Record::standbys,
            "instances that may take it over when the host or device of the one that has it fails, in order",
            settable, 0, most_standbys},
        Field{50, "lease", &Record::lease,
              "with standbys: seconds after which a host without contact passes nothing of it any more",
              settable, 3, 3600},
        Field{51, "failover", &Record::failover, "why it waits for a standby; empty: it does not", server, 0,
              1024},
        Field{
            41, "prefixes", &Record::prefixes,
            "prefixes delegated to it, of its subnets; with the address 0.0.0.0 or ::, one of that length is "
            "chosen",
            settable, 0, most_prefixes},
        Field{45, "public-addresses", &Record::public_addresses, "public addresses of its private ones",
              settable, 0, 64},
        Field{46, "nics", &Record::nics, "MAC addresses of the usable NICs of the hosts it is attached on",
              derived},
        Field{47, "monitoring", &Record::monitoring, "packets, bytes and drops that its hosts counted",
              derived},
        Field{48, "former-prefixes", &Record::former_prefixes, "prefixes before the change that is under way",
              server, 0, most_prefixes},
        Field{55, "members", &Record::members,
              "of a shared record: its instances, with why one gets no flows", derived, 0, 64},
        Field{49, "subnets", &Record::subnets,
              "further subnets of its partition and zone that it has addresses of", settable, 0,
              most_subnets},
        Field{52, "address-subnets", &Record::address_subnets, "the subnet of each of its addresses", derived,
              0, 64},
    };
    // Attributes of former fields, which old stores still hold.
    static constexpr std::array<std::uint16_t, 1> retired{10};  // security groups by name
};
WEFT_SCHEMA_COMPLETE(Record);

}  // namespace weft::schema
