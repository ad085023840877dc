/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* receive: from a checked arrival to an instance: who receives it, does it fit, off with the outer headers.
 */
#pragma once

#include "lib/arrive.h"
#include "lib/deliver.h"

#define IPV6_TO_IPV4 20 /* bytes that bpf_skb_change_proto removes */

/* The receiver of an arrival, known to take it. */
INLINE int find_arrival_receiver(const struct view* v, struct arrival* a, struct weft_local** local) {
    int verdict = find_receiver(&a->packet.destination, a->macs, local, &a->record);
    if (verdict != VERDICT_NEXT) return verdict;
    return ip_size(v, &a->packet) > (*local)->mtu ? DROP(local_too_big) : VERDICT_NEXT;
}

INLINE void mark_congestion(const struct view* v, const struct arrival* a) {
    if (a->packet.tos == a->inner_tos) return;
    struct iphdr* ip = v->data + (a->packet.offset & L3_MASK);
    if ((void*)(ip + 1) <= v->end) ipv4_set_tos(ip, a->inner_tos);
}

/* Leaves an Ethernet header, its MACs still to be written, and the inner packet. An IPv6 header goes in two
 * steps: Linux 6.1 does not let one cut turn IPv6 into IPv4. */
INLINE int decapsulate(struct __sk_buff* skb, const struct arrival* a) {
    int strip = a->strip & STRIP_MASK;
    if (a->ipv6) {
        if (bpf_skb_change_proto(skb, bpf_htons(ETH_P_IP), 0)) return DROP(decapsulate);
        strip -= IPV6_TO_IPV4;
    }
    if (bpf_skb_adjust_room(skb, -strip, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO))
        return DROP(decapsulate);
    return VERDICT_NEXT;
}

INLINE int write_ethernet(struct __sk_buff* skb, const void* to, const void* from) {
    struct ethhdr* eth = (void*)(long)skb->data;
    if ((void*)(eth + 1) > (void*)(long)skb->data_end) return DROP(step_lost);
    copy_mac(eth->h_dest, to);
    copy_mac(eth->h_source, from);
    eth->h_proto = bpf_htons(ETH_P_IP);
    return VERDICT_NEXT;
}

INLINE int receive(struct __sk_buff* skb, const struct view* v, struct arrival* a) {
    struct weft_local* local;
    int verdict = find_arrival_receiver(v, a, &local);
    if (verdict != VERDICT_NEXT) return verdict;
    mark_congestion(v, a);
    verdict = decapsulate(skb, a);
    if (verdict != VERDICT_NEXT) return verdict;
    verdict = write_ethernet(skb, local->mac, a->macs + MAC_SIZE);
    if (verdict != VERDICT_NEXT) return verdict;
    return deliver(skb, local);
}

/* The same for what is decapsulated already. */
INLINE int receive_inner(struct __sk_buff* skb, struct arrival* a) {
    struct weft_local* local;
    struct view v = view_skb(skb);
    const struct ethhdr* eth = v.data;
    if ((const void*)(eth + 1) > v.end) return DROP(step_lost);
    int verdict = parse_ipv4(&v, eth + 1, sizeof(*eth), v.length - sizeof(*eth), a->gni, 1, &a->packet);
    if (verdict == VERDICT_PULL) return DROP(step_lost);
    if (verdict != VERDICT_NEXT) return verdict;
    copy_mac(a->macs, eth->h_dest);
    verdict = find_arrival_receiver(&v, a, &local);
    return verdict == VERDICT_NEXT ? deliver(skb, local) : verdict;
}
