/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which attachment a frame comes from: by device and VLAN, and by source address where records share those.
 */
#pragma once

#include "lib/icmp6.h"
#include "lib/lookup.h"
#include "lib/subnet.h"
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

/* The address that a frame without one asks about before its sender takes it (RFC 5227, RFC 4862); mapped
 * zero if it asks about none. */
INLINE struct weft_address probed_address(const struct view* v) {
    const struct ethhdr* eth = v->data;
    const struct ipv6hdr* ip6 = (const void*)(eth + 1);
    const struct icmp6* icmp = (const void*)(ip6 + 1);
    const struct weft_address* target = (const void*)(icmp + 1);
    const struct arp* arp = (const void*)(eth + 1);
    if ((const void*)(eth + 1) > v->end) return mapped(0);
    if (eth->h_proto == bpf_htons(ETH_P_ARP) && (const void*)(arp + 1) <= v->end)
        return mapped(arp_address(arp->target));
    if (eth->h_proto == bpf_htons(ETH_P_IPV6) && (const void*)(target + 1) <= v->end &&
        ip6->nexthdr == IPV6_ICMP && icmp->type == NEIGHBOUR_SOLICITATION)
        return *target;
    return mapped(0);
}

INLINE int is_nobody(const struct weft_address* a) {
    return is_unspecified(a) || (is_mapped(a) && !a->word[3]);
}

/* What comes without an address of any record is the primary one's, if there is one. */
INLINE int is_primarys(const struct weft_port* port, const struct weft_address* claimed) {
    return port->record && (is_nobody(claimed) || is_link_local(claimed));
}

/* Of a record of several subnets, what comes from a prefix that is delegated to it. */
INLINE struct weft_port* find_delegated(const struct weft_port* port, struct weft_port_key* key) {
    const struct weft_overlay_key source = {.gni = port->gni, .address = key->source};
    const struct weft_local* local = find_local_prefix(&source);
    if (!local || local->record != port->record) return 0;
    const __u32 bits = is_mapped(&key->source) ? 96 + local->subnet_bits : local->subnet6_bits;
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) key->source.word[i] &= word_mask(bits, i * 32);
    return bpf_map_lookup_elem(&WEFT_PORT_MAP, key);
}

INLINE int find_sharing(const struct view* v, struct weft_port_key* key, struct weft_port** found) {
    struct weft_address claimed = claimed_source(v);
    key->source = is_nobody(&claimed) ? probed_address(v) : claimed;
    struct weft_port* port = bpf_map_lookup_elem(&WEFT_PORT_MAP, key);
    const int alone = ((*found)->flags & WEFT_PORT_SUBNETS) != 0;
    if (!port && alone) port = find_delegated(*found, key);
    if (!port && !alone && !is_primarys(*found, &claimed)) return DROP(no_port_source);
    if (port) *found = port;
    return VERDICT_NEXT;
}

INLINE int find_port(const struct __sk_buff* skb, const struct view* v, __u16 vlan,
                     struct weft_port** found) {
    struct weft_port_key key = {.ifindex = skb->ifindex, .vlan = vlan};
    *found = bpf_map_lookup_elem(&WEFT_PORT_MAP, &key);
    if (!*found) return DROP(no_port);
    return (*found)->flags & WEFT_PORT_SHARED ? find_sharing(v, &key, found) : VERDICT_NEXT;
}
