/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The uplink, tc ingress: what comes from other hosts, encapsulated, or decapsulated by fabric_rx_xdp. */
#include "lib/drop.h"
#include "lib/metadata.h"
#include "lib/receive.h"

#define HEADERS_MAX 416 /* outer and inner headers at their longest */

/* The checks, with the headers brought into the linear part when they are not. */
INLINE int arrive_skb(struct __sk_buff* skb, struct view* v, struct arrival* a) {
    int verdict = VERDICT_PULL;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 2 && verdict == VERDICT_PULL; i++) {
        if (i) pull(skb, HEADERS_MAX);
        *v = view_skb(skb);
        verdict = arrive(v, a);
    }
    if (verdict == VERDICT_NEXT && (a->packet.flags & PACKET_EXTENDED)) {
        pull_l4(skb, &a->packet);
        *v = view_skb(skb);
    }
    return verdict;
}

INLINE int receive_any(struct __sk_buff* skb, struct arrival* a) {
    struct view v;
    if (skb->vlan_present && (skb->vlan_tci & 0xfff)) return VERDICT_NOT_OURS; /* of another network */
    if (metadata_take(skb, a)) return receive_inner(skb, a);
    int verdict = arrive_skb(skb, &v, a);
    if (verdict == VERDICT_NEXT) return receive(skb, &v, a);
    return verdict == VERDICT_PULL ? DROP(step_lost) : verdict;
}

SEC("tc")
int fabric_rx(struct __sk_buff* skb) {
    struct arrival* a = begin_arrival();
    if (!a) return TC_ACT_SHOT;
    int verdict = receive_any(skb, a);
    if (verdict == VERDICT_NOT_OURS) return TC_ACT_UNSPEC;
    if (verdict >= 0) return verdict;
    struct dropped d = {
        .record = a->record,
        .gni = a->gni,
        .reason = -verdict,
        .direction = WEFT_RX,
        .ifindex = skb->ifindex,
        .length = skb->len,
    };
    drop_skb(skb, &d);
    return TC_ACT_SHOT;
}

char program_license[] SEC("license") = "Dual BSD/GPL";
