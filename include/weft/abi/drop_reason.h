/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why a packet was dropped. One reason per place that drops; numbers are appended, never reused. */
#pragma once

#include "weft/abi/types.h"

/* X(number, name, text) */
#define WEFT_DROP_REASONS(X)                                                                           \
    X(1, ethernet_truncated, "frame shorter than an Ethernet header")                                  \
    X(2, no_port, "no attachment on this device and VLAN")                                             \
    X(3, no_port_source, "no record on this shared device has this source address")                    \
    X(4, lease_expired, "the attachment's lease has expired")                                          \
    X(5, disabled, "the record is disabled")                                                           \
    X(6, in_repair, "the record is in repair")                                                         \
    X(7, transmit_off, "the attachment may not send yet or any more")                                  \
    X(8, source_mac, "source MAC is not the record's")                                                 \
    X(9, ethertype, "neither IPv4, IPv6 nor ARP")                                                      \
    X(10, arp_malformed, "not a whole Ethernet and IPv4 ARP packet")                                   \
    X(11, arp_sender_mac, "ARP sender MAC is not the record's")                                        \
    X(12, arp_sender_address, "ARP sender address is not the record's")                                \
    X(13, arp_not_request, "ARP other than a request")                                                 \
    X(14, arp_own, "ARP request for an own address: an announcement or a probe, nobody else has it")   \
    X(15, arp_unknown, "ARP for an address that nobody has")                                           \
    X(16, ip_truncated, "packet shorter than its IP header")                                           \
    X(17, ip_malformed, "IP version, header length or total length is wrong")                          \
    X(18, source_address, "source address is not the record's")                                        \
    X(19, multicast, "multicast or broadcast does not cross")                                          \
    X(20, no_route, "no route to the destination")                                                     \
    X(21, blackhole, "a blackhole route")                                                              \
    X(22, route_target, "a route's target is not supported")                                           \
    X(23, router_traffic, "other than a whole ping request to a phantom router")                       \
    X(24, ttl_exceeded, "TTL or hop limit ran out at the router")                                      \
    X(25, no_mapping, "nobody has the destination address")                                            \
    X(26, no_peer, "the destination's host is not known")                                              \
    X(27, no_path, "no underlay path to the destination's host now")                                   \
    X(28, no_framework, "no framework selected towards the destination's host")                        \
    X(29, framework_overhead, "the framework is larger than the partition allows")                     \
    X(30, too_big, "larger than the path's MTU")                                                       \
    X(31, encapsulated_gso, "an already encapsulated segmented packet cannot be wrapped")              \
    X(32, encapsulate, "no room for the outer headers")                                                \
    X(33, no_local, "the destination is mapped to this host but not attached here")                    \
    X(34, deliver_off, "the receiving attachment may not receive yet or any more")                     \
    X(35, destination_address, "destination address is not the receiving record's")                    \
    X(36, local_too_big, "larger than the MTU of the receiving instance's device")                     \
    X(37, chain_missing, "a step of the program chain is not installed")                               \
    X(38, step_lost, "per-CPU state or headers of an earlier step are gone")                           \
    X(39, outer_truncated, "outer IP packet longer than what arrived")                                 \
    X(40, outer_length, "outer UDP length is wrong")                                                   \
    X(41, outer_fragment, "outer fragment")                                                            \
    X(42, outer_unknown_source, "outer source is not a known host")                                    \
    X(43, framework_truncated, "framework header longer than what arrived")                            \
    X(44, framework_not_negotiated, "framework not negotiated with the sending host")                  \
    X(45, geneve_header, "Geneve version or control bit")                                              \
    X(46, geneve_protocol, "Geneve payload is not Ethernet")                                           \
    X(47, geneve_option, "Geneve option longer than the header")                                       \
    X(48, geneve_critical, "unknown critical Geneve option")                                           \
    X(49, geneve_version, "framework version differs")                                                 \
    X(50, vxlan_flags, "VXLAN without a valid VNI")                                                    \
    X(51, gni_mismatch, "GNI of the source is not that of the destination")                            \
    X(52, inner_ethernet_truncated, "inner frame shorter than an Ethernet header")                     \
    X(53, inner_ethertype, "inner packet is not IP")                                                   \
    X(54, inner_ip_truncated, "inner packet shorter than its IP header")                               \
    X(55, inner_ip_malformed, "inner IP version, header length or total length is wrong")              \
    X(56, inner_source, "the sending host may not send this overlay source")                           \
    X(57, ecn, "congestion marked outside, not ECN-capable inside")                                    \
    X(58, no_destination, "nobody on this host has the inner destination")                             \
    X(59, decapsulate, "the outer headers could not be removed")                                       \
    X(60, vlan_push, "the VLAN tag could not be added")                                                \
    X(61, vlan_pop, "the VLAN tag could not be removed")                                               \
    X(62, arp_truncated, "frame shorter than an ARP packet")                                           \
    X(63, not_forwarding, "a route's next hop on this host does not forward for others")               \
    X(64, no_policy, "the record's security groups are not installed")                                 \
    X(65, egress_group, "no rule of the record's security groups lets it out")                         \
    X(66, ingress_group, "no rule of the record's security groups lets it in")                         \
    X(67, egress_acl, "the subnet's ACL does not let it out")                                          \
    X(68, ingress_acl, "the subnet's ACL does not let it in")                                          \
    X(69, flow_cut, "an established flow that the security groups no longer allow")                    \
    X(70, no_quota, "the record's flow quota is not installed")                                        \
    X(71, flow_quota, "the record has as many flows as it may have")                                   \
    X(72, flow_full, "no room for another flow")                                                       \
    X(73, tcp_flags, "TCP flags that no sender combines")                                              \
    X(74, tcp_start, "TCP segment of an unknown connection that cannot start one")                     \
    X(75, tcp_reset, "TCP reset outside the window")                                                   \
    X(76, icmp_unrelated, "ICMP error about no flow of the record")                                    \
    X(77, l4_truncated, "packet shorter than its transport header")                                    \
    X(78, fragment_tiny, "first fragment without the whole transport header, or one that overlaps it") \
    X(79, fragment_unknown, "a later fragment of nothing that was let through")                        \
    X(80, egress_byte_rate, "over the record's bytes a second sent")                                   \
    X(81, egress_packet_rate, "over the record's packets a second sent")                               \
    X(82, ingress_byte_rate, "over the record's bytes a second received")                              \
    X(83, ingress_packet_rate, "over the record's packets a second received")                          \
    X(84, ip6_extensions, "IPv6 extension headers too many, too long or out of order")                 \
    X(85, ip6_routing, "IPv6 routing header of type 0")                                                \
    X(86, ip6_mapped, "an IPv4 address in IPv6 form")                                                  \
    X(87, link_local, "IPv6 link-local address outside neighbour discovery and DHCPv6")                \
    X(88, discovery_malformed, "neighbour discovery message that is not valid")                        \
    X(89, discovery_mac, "link-layer address in a discovery message is not the record's")              \
    X(90, discovery_sender, "sender of a neighbour solicitation is not the record")                    \
    X(91, discovery_own, "neighbour solicitation for an own address: nobody else has it")              \
    X(92, discovery_unknown, "neighbour solicitation for an address that nobody has")                  \
    X(93, discovery_announcement, "neighbour advertisement of an own address: nobody needs it")        \
    X(94, discovery_target, "neighbour advertisement of an address that is not the record's")          \
    X(95, discovery_router, "router advertisement or redirect of an instance")                         \
    X(96, router_solicitation, "router solicitation not of the record, or not to its router")          \
    X(97, dhcp6, "DHCPv6 other than of a client to the servers of its link")                           \
    X(98, inner_ip6_extensions, "inner IPv6 extension headers too many, too long or unordered")        \
    X(99, inner_ip6_routing, "inner IPv6 routing header of type 0")                                    \
    X(100, inner_ip6_mapped, "inner IPv4 address in IPv6 form")                                        \
    X(101, inner_discovery, "neighbour discovery of another host")                                     \
    X(102, punt_off, "for the agent, which does not run or cannot answer")                             \
    X(103, punt_rate, "more for the agent than one record may send")                                   \
    X(104, punt_frame, "not the agent's answer to a packet of an attachment")                          \
    X(105, no_rate, "the record's rate limit is not installed")                                        \
    X(106, peer_source, "into another partition go the record's own addresses alone")                  \
    X(107, route_hops, "the next hops that share the route are not installed")                         \
    X(108, egress_attachment, "no rule of the attachment lets it out")                                 \
    X(109, ingress_attachment, "no rule of the attachment lets it in")                                 \
    X(110, no_member, "no instance of the shared record to go to, or not here any more")               \
    X(111, member_flow, "the flow belongs to another instance of the shared record")

enum weft_drop_reason {
    WEFT_DROP_NONE = 0,
#define WEFT_DROP_ENUM(number, name, text) WEFT_DROP_##name = (number),
    WEFT_DROP_REASONS(WEFT_DROP_ENUM)
#undef WEFT_DROP_ENUM
};

#define WEFT_DROP_SLOTS 256 /* of the `drop` map for each direction; reasons stay below */
