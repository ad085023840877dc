/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why a packet was dropped. One reason per place that drops; numbers are appended, never reused. */
#pragma once

#include "weft/abi/types.h"

/* X(number, name, text) */
#define WEFT_DROP_REASONS(X)                                                              \
    X(1, ethernet_truncated, "frame shorter than an Ethernet header")                     \
    X(2, no_port, "no attachment on this device and VLAN")                                \
    X(3, no_port_source, "no record on this shared device has this source address")       \
    X(4, lease_expired, "the attachment's lease has expired")                             \
    X(5, disabled, "the record is disabled")                                              \
    X(6, in_repair, "the record is in repair")                                            \
    X(7, transmit_off, "the attachment may not send yet or any more")                     \
    X(8, source_mac, "source MAC is not the record's")                                    \
    X(9, ethertype, "neither IPv4 nor ARP")                                               \
    X(10, arp_malformed, "not a whole Ethernet/IPv4 ARP packet")                          \
    X(11, arp_sender_mac, "ARP sender MAC is not the record's")                           \
    X(12, arp_sender_address, "ARP sender address is not the record's")                   \
    X(13, arp_not_request, "ARP other than a request")                                    \
    X(14, arp_unknown, "ARP for an address that nobody has")                              \
    X(15, ip_truncated, "packet shorter than its IP header")                              \
    X(16, ip_malformed, "IP version, header length or total length is wrong")             \
    X(17, source_address, "source address is not the record's")                           \
    X(18, multicast, "multicast or broadcast does not cross")                             \
    X(19, no_route, "no route to the destination")                                        \
    X(20, blackhole, "a blackhole route")                                                 \
    X(21, route_target, "a route's target is not supported")                              \
    X(22, router_traffic, "other than ping to a phantom router")                          \
    X(23, ttl_exceeded, "TTL ran out at the router")                                      \
    X(24, no_mapping, "nobody has the destination address")                               \
    X(25, no_peer, "the destination's host is not known")                                 \
    X(26, no_path, "no underlay path to the destination's host now")                      \
    X(27, no_framework, "no framework selected towards the destination's host")           \
    X(28, framework_overhead, "the framework is larger than the partition allows")        \
    X(29, too_big, "larger than the path's MTU")                                          \
    X(30, encapsulated_gso, "an already encapsulated segmented packet cannot be wrapped") \
    X(31, encapsulate, "no room for the outer headers")                                   \
    X(32, no_local, "the destination is mapped to this host but not attached")            \
    X(33, deliver_off, "the destination's attachment may not receive yet or any more")    \
    X(34, destination_address, "destination address is not the receiving record's")       \
    X(35, local_too_big, "larger than the MTU of the receiving instance's device")        \
    X(36, chain_missing, "a step of the program chain is not installed")                  \
    X(37, state_missing, "per-CPU state could not be read")                               \
    X(38, outer_truncated, "outer packet shorter than its headers")                       \
    X(39, outer_fragment, "outer fragment")                                               \
    X(40, outer_unknown_source, "outer source is not a known host")                       \
    X(41, framework_not_negotiated, "framework not negotiated with this host")            \
    X(42, framework_malformed, "framework header malformed")                              \
    X(43, geneve_critical, "unknown critical Geneve option")                              \
    X(44, inner_truncated, "inner packet shorter than its headers")                       \
    X(45, inner_malformed, "inner IP version or lengths are wrong")                       \
    X(46, inner_ethertype, "inner packet is not IPv4")                                    \
    X(47, inner_source, "the sending host may not send this overlay source")              \
    X(48, no_destination, "no attachment here has the inner destination")                 \
    X(49, ecn, "congestion marked outside, not ECN-capable inside")                       \
    X(50, decapsulate, "the outer headers could not be removed")                          \
    X(51, write, "the packet could not be rewritten")                                     \
    X(52, icmp_quoted_error, "no ICMP error about this packet")                           \
    X(53, metadata, "metadata of the XDP program is wrong")                               \
    X(54, vlan, "the VLAN tag could not be added or removed")

enum weft_drop_reason {
    WEFT_DROP_NONE = 0,
#define WEFT_DROP_ENUM(number, name, text) WEFT_DROP_##name = (number),
    WEFT_DROP_REASONS(WEFT_DROP_ENUM)
#undef WEFT_DROP_ENUM
};

#define WEFT_DROP_SLOTS 256 /* entries of the `drop` map; reasons stay below */
