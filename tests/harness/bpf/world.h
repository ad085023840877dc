// SPDX-License-Identifier: Apache-2.0
// What the maps hold when a test starts: this host (192.0.2.1, 2001:db8::1), one peer (192.0.2.2,
// 2001:db8::2), two partitions with the same addresses. The test changes what it is about.
//
//   blue (GNI 100), router 10.1.2.1          red (GNI 200)
//     a 10.1.2.30 here, device i1               r 10.1.2.30 here, device r1
//     d 10.1.2.31 here, device i2               s 10.1.2.50 on the peer
//     b 10.1.2.50 on the peer (tag 9)
//     c 10.1.3.7  on the peer, other subnet
//
// Each has an IPv6 address too: 2001:db8:12::30 for 10.1.2.30, 2001:db8:13::7 for 10.1.3.7, and so on; the
// routers are 2001:db8:12::1 and 2001:db8:13::1. Seen from the peer, b is on device i1, c on i2, s on r1.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "tests/harness/bpf/packet.h"
#include "tests/harness/bpf/programs.h"
#include "weft/abi/config.h"
#include "weft/abi/counter.h"
#include "weft/abi/drop_reason.h"
#include "weft/abi/flow.h"
#include "weft/abi/local.h"
#include "weft/abi/mapping.h"
#include "weft/abi/peer.h"
#include "weft/abi/policy.h"
#include "weft/abi/port.h"
#include "weft/abi/rate.h"
#include "weft/abi/route.h"
#include "weft/abi/source.h"

namespace weft::test {

constexpr int shot = 2;      // TC_ACT_SHOT
constexpr int redirect = 7;  // TC_ACT_REDIRECT
constexpr int unspec = -1;   // TC_ACT_UNSPEC
constexpr int xdp_drop = 1;
constexpr int xdp_pass = 2;

constexpr std::uint32_t blue = 100;
constexpr std::uint32_t red = 200;
constexpr std::uint32_t blue_table = 7;
constexpr std::uint32_t red_table = 8;
constexpr std::uint64_t this_host = 0x1001;
constexpr std::uint64_t peer_host = 0x1002;
constexpr std::uint64_t record_a = 0xa1;
constexpr std::uint64_t record_b = 0xb2;
constexpr std::uint64_t record_c = 0xc3;
constexpr std::uint64_t record_d = 0xd4;
constexpr std::uint64_t record_r = 0xe5;
constexpr std::uint64_t record_s = 0xf6;
constexpr std::uint32_t tag_a = 5;
constexpr std::uint32_t tag_b = 9;
constexpr std::uint16_t instance_mtu = 1420;
constexpr std::uint32_t open_policy = 1;  // of every record here: anything in and out

inline const Mac mac_a = mac("02:00:00:00:0a:01");
inline const Mac mac_b = mac("02:00:00:00:0b:02");
inline const Mac mac_c = mac("02:00:00:00:0c:03");
inline const Mac mac_d = mac("02:00:00:00:0d:04");
inline const Mac mac_r = mac("02:00:00:00:0e:05");
inline const Mac mac_s = mac("02:00:00:00:0f:06");
inline const Mac mac_router = mac("02:00:00:00:00:fe");
constexpr const char* router_link_local = "fe80::ff:fe00:fe";  // RFC 4291, appendix A
inline const Mac mac_uplink = mac("02:00:00:00:ff:01");
inline const Mac mac_peer = mac("02:00:00:00:ff:02");

// As in abi/drop_reason.h.
const char* reason_name(std::uint32_t reason);
// An address as the maps hold it.
weft_address mapped(std::string_view text);
weft_overlay_key overlay(std::uint32_t gni, std::string_view address);

enum class End { near, far };

class World {
public:
    explicit World(End end = End::near);

    Programs& programs;
    unsigned i1;
    unsigned i2;
    unsigned r1;

    template <class Key, class Value>
    void put(const char* name, const Key& key, const Value& value) {
        put_raw(name, &key, &value);
    }
    template <class Key>
    void erase(const char* name, const Key& key) {
        erase_raw(name, &key);
    }

    // Changes a standing entry: change<weft_port>(WEFT_MAP_NAME(WEFT_PORT_MAP), key, [](auto& p) { ... }).
    template <class Value, class Key, class Change>
    void change(const char* name, const Key& key, Change change) {
        Value value{};
        get_raw(name, &key, &value);
        change(value);
        put_raw(name, &key, &value);
    }
    template <class Change>
    void change_port(unsigned ifindex, Change c) {
        weft_port_key key{};
        key.ifindex = ifindex;
        change<weft_port>(WEFT_MAP_NAME(WEFT_PORT_MAP), key, c);
    }
    template <class Change>
    void change_local(std::uint32_t gni, std::string_view address, Change c) {
        change<weft_local>(WEFT_MAP_NAME(WEFT_LOCAL_MAP), overlay(gni, address), c);
    }
    template <class Change>
    void change_peer(Change c) {
        change<weft_peer>(WEFT_MAP_NAME(WEFT_PEER_MAP), end_ == End::near ? peer_host : this_host, c);
    }
    // Switches the peer to IPv6 as underlay.
    void use_ipv6();
    void use_framework(std::uint8_t framework);

    void add_route(std::uint32_t table, std::string_view prefix, unsigned bits, weft_route_target target,
                   std::string_view next_hop = {});
    // Into the partition `gni`.
    void add_peering(std::uint32_t table, std::string_view prefix, unsigned bits, std::uint32_t gni);
    // Slot by slot the hop that has it.
    void add_hops(std::uint32_t table, std::string_view prefix, unsigned bits, const weft_route_hops& hops);
    // On the other host.
    void add_remote(std::uint32_t gni, std::uint64_t record, std::string_view address, const Mac& mac,
                    std::uint32_t tag);
    void allow_source(std::uint64_t host, std::uint32_t gni, std::string_view address, std::uint32_t tag = 0);

    // One rule of a policy: remote addresses or a remote tag are a class, and the class has the verdict.
    void allow_address(std::uint32_t policy, weft_direction direction, std::string_view prefix, unsigned bits,
                       std::uint32_t class_id);
    void allow_tag(std::uint32_t policy, weft_direction direction, std::uint32_t tag, std::uint32_t class_id);
    // `port_bits` of `port`; protocol 0: every one.
    void allow_ports(std::uint32_t policy, weft_direction direction, std::uint32_t class_id,
                     std::uint8_t protocol = 0, std::uint16_t port = 0, unsigned port_bits = 0,
                     weft_rule_verdict verdict = WEFT_RULE_ALLOW);
    // The policy of the record on this device, both ways.
    void use_policy(unsigned ifindex, std::uint32_t gni, std::string_view address, std::uint32_t policy);

    // As if fragments of this protocol from a to `destination` had lately passed: more pass before their
    // first.
    void allow_fragments(std::string_view destination, std::uint8_t protocol);

    // The flow table: entries in all, and one of them as the programs left it.
    std::size_t flows();
    std::optional<weft_flow> flow(const weft_flow_key& key);

    weft_counter counter(std::uint64_t record);
    std::uint64_t drops(std::uint32_t reason);
    std::uint64_t drops(std::uint32_t reason, weft_direction direction);
    std::uint64_t drops(std::uint64_t record, std::uint32_t reason, weft_direction direction);

    // The packet was dropped for exactly this reason, and, if the record was known, on its account.
    void expect_dropped(const Ran& ran, weft_drop_reason reason, std::uint64_t record = 0,
                        weft_direction direction = WEFT_TX, int verdict = shot);
    void expect_nothing_dropped();

    void put_raw(const char* name, const void* key, const void* value);
    void get_raw(const char* name, const void* key, void* value);
    void erase_raw(const char* name, const void* key);

private:
    struct Record;
    static const Record records[6];
    void add_attached(const Record& record);
    void add_remote(const Record& record);
    void add_peer();

    End end_;
};

// UDP from a to `destination`, as a's instance sends it.
Bytes from_a(std::string_view destination, const Mac& to, const Bytes& payload, std::uint8_t ttl = 64,
             std::uint16_t fragment = 0x4000);
// UDP from b to a, as it is inside a packet of the peer.
Bytes inner_b_to_a(std::size_t size = 20);
// Any packet between the two: of a's instance to b, and from b to a, encapsulated by the peer.
Bytes a_to_b(std::uint8_t protocol, const Bytes& l4, std::uint16_t fragment = 0x4000, std::uint16_t id = 0);
Bytes b_to_a(std::uint8_t protocol, const Bytes& l4, std::uint16_t fragment = 0x4000, std::uint16_t id = 0,
             std::uint32_t tag = tag_b);
// The same two over IPv6.
Bytes from_a6(std::string_view destination, const Mac& to, const Bytes& payload, std::uint8_t hops = 64);
Bytes inner6_b_to_a(std::size_t size = 20);
// A frame of a framework from the peer to this host, over IPv4 and over IPv6.
Bytes outer4(std::uint16_t port, const Bytes& framework, std::uint8_t tos = 0,
             std::string_view source = "192.0.2.2");
Bytes outer6(std::uint16_t port, const Bytes& framework, std::uint8_t traffic_class = 0,
             std::string_view source = "2001:db8::2");
// b to a in Geneve with all of weft's options, over IPv4.
Bytes arriving(const Bytes& inner, std::uint32_t gni = blue, std::uint32_t tag = tag_b);

}  // namespace weft::test
