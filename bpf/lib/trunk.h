/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* 802.1Q tags on an instance's device (requirement 2.6): a tag comes off before anything looks at the frame,
 * whether it lies beside the frame, as on every device, or in it, as in a trace; answers get it back. */
#pragma once

#include "lib/step.h"
#include "lib/verdict.h"

/* A tag inside the tag is not taken off: admit refuses it. */
INLINE int untag(struct __sk_buff* skb, struct step* s) {
    __be16 tci;
    s->vlan = 0;
    if (skb->vlan_present) {
        if (skb->vlan_proto != bpf_htons(ETH_P_8021Q)) return DROP(no_port);
        s->vlan = skb->vlan_tci & 0xfff;
    } else {
        if (skb->protocol != bpf_htons(ETH_P_8021Q)) return VERDICT_NEXT;
        if (bpf_skb_load_bytes(skb, ETH_HLEN, &tci, sizeof(tci))) return DROP(ethernet_truncated);
        s->vlan = bpf_ntohs(tci) & 0xfff;
    }
    if (bpf_skb_vlan_pop(skb)) return DROP(vlan_pop);
    s->length = skb->len;
    return VERDICT_NEXT;
}

/* An answer, on the device that the frame came from. */
INLINE int send_to_asker(struct __sk_buff* skb, const struct step* s) {
    if (s->vlan && bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), s->vlan)) return DROP(vlan_push);
    return bpf_redirect(skb->ifindex, 0);
}
