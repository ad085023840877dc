/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* punt: what the agent answers goes to its tap, so many a second of each record (requirement 5.3). */
#pragma once

#include "lib/count.h"
#include "lib/rate.h"
#include "lib/step.h"
#include "lib/verdict.h"

/* One record cannot keep the agent busy. */
INLINE int punt_allowed(__u64 record) {
    return take_turn(&WEFT_PUNT_PAID_MAP, record, WEFT_PUNT_RATE, WEFT_PUNT_BURST);
}

/* A tap that went with its agent, or never was, is no error of bpf_redirect: ask first. */
INLINE int check_tap(struct __sk_buff* skb, __u32 ifindex) {
    __u32 mtu = 0;
    long fits = ifindex ? bpf_check_mtu(skb, ifindex, &mtu, 0, 0) : -1;
    if (fits < 0) return DROP(punt_off);
    return fits ? DROP(too_big) : VERDICT_NEXT;
}

INLINE int punt(struct __sk_buff* skb, const struct step* s) {
    __u32 zero = 0;
    const struct weft_punt* tap = bpf_map_lookup_elem(&WEFT_PUNT_MAP, &zero);
    if (!tap) return DROP(step_lost);
    __u32 ifindex = tap->ifindex;
    int verdict = check_tap(skb, ifindex);
    if (verdict != VERDICT_NEXT) return verdict;
    if (!punt_allowed(s->record)) return DROP(punt_rate);
    struct view v = view_skb(skb);
    struct ethhdr* eth = v.data;
    if ((void*)(eth + 1) > v.end) return DROP(step_lost);
    struct weft_punt_mac from = {
        .vlan = bpf_htons(WEFT_PUNT_VLAN_WORD((__u32)s->vlan)),
        .ifindex = {bpf_htons(skb->ifindex >> 16), bpf_htons(skb->ifindex & 0xffff)},
    };
    copy_mac(eth->h_dest, &from);
    count_tx(s->record, s->length, segments(skb));
    return bpf_redirect(ifindex, 0);
}
