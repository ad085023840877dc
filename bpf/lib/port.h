/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which attachment a frame comes from: by device and VLAN, and by source address where records share those.
 */
#pragma once

#include "lib/maps.h"
#include "lib/packet.h"
#include "lib/verdict.h"

/* ARP for IPv4 over Ethernet (RFC 826), addresses at even offsets only. */
struct arp {
    __be16 hardware;
    __be16 protocol;
    __u8 hardware_size;
    __u8 protocol_size;
    __be16 operation;
    __u8 sender_mac[6];
    __be16 sender[2];
    __u8 target_mac[6];
    __be16 target[2];
};

INLINE __be32 arp_address(const __be16 half[2]) { return (__be32)half[0] | (__be32)half[1] << 16; }

/* The address that a frame claims to come from; mapped zero if there is none. */
INLINE struct weft_address claimed_source(const struct view* v) {
    const struct ethhdr* eth = v->data;
    const struct iphdr* ip = (const void*)(eth + 1);
    const struct ipv6hdr* ip6 = (const void*)(eth + 1);
    const struct arp* arp = (const void*)(eth + 1);
    if ((const void*)(eth + 1) > v->end) return mapped(0);
    if (eth->h_proto == bpf_htons(ETH_P_IP) && (const void*)(ip + 1) <= v->end) return mapped(ip->saddr);
    if (eth->h_proto == bpf_htons(ETH_P_IPV6) && (const void*)(ip6 + 1) <= v->end)
        return *(const struct weft_address*)&ip6->saddr;
    if (eth->h_proto == bpf_htons(ETH_P_ARP) && (const void*)(arp + 1) <= v->end)
        return mapped(arp_address(arp->sender));
    return mapped(0);
}

INLINE int find_port(const struct __sk_buff* skb, const struct view* v, struct weft_port** found) {
    struct weft_port_key key = {
        .ifindex = skb->ifindex,
        .vlan = skb->vlan_present ? skb->vlan_tci & 0xfff : 0,
    };
    struct weft_port* port = bpf_map_lookup_elem(&WEFT_PORT_MAP, &key);
    if (!port) return DROP(no_port);
    if (port->flags & WEFT_PORT_SHARED) {
        key.source = claimed_source(v);
        port = bpf_map_lookup_elem(&WEFT_PORT_MAP, &key);
        if (!port) return DROP(no_port_source);
    }
    *found = port;
    return VERDICT_NEXT;
}
