/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who receives a checked arrival, and in what shape. */
#pragma once

#include "lib/arrive.h"
#include "lib/deliver.h"

/* The receiver of an arrival, known to take it. */
INLINE int find_arrival_receiver(const struct view* v, struct arrival* a, struct weft_local** local) {
    int verdict = find_receiver(&a->packet.destination, a->eth.h_dest, local, &a->record);
    if (verdict != VERDICT_NEXT) return verdict;
    return ip_size(v, &a->packet) > (*local)->mtu ? DROP(local_too_big) : VERDICT_NEXT;
}

/* The bytes of an IPv6 header that hold its traffic class. */
INLINE __be16 ipv6_first_bytes(const struct ipv6hdr* ip, __u8 tos) {
    return (*(const __be16*)ip & bpf_htons(0xf00f)) | bpf_htons((__u16)tos << 4);
}

/* On tc by way of a helper (lib/metadata.h says why), which keeps the sum of the whole packet right. */
INLINE int write_word(const struct view* v, __u32 offset, __be16 word) {
    if (!v->xdp)
        return bpf_skb_store_bytes(v->context, offset, &word, sizeof(word), BPF_F_RECOMPUTE_CSUM)
                   ? DROP(step_lost)
                   : VERDICT_NEXT;
    __be16* at = v->data + offset;
    if ((void*)(at + 1) > v->end) return DROP(step_lost);
    *at = word;
    return VERDICT_NEXT;
}

/* What outer marks make of the inner header. */
INLINE int mark_congestion(const struct view* v, const struct arrival* a) {
    if (a->packet.tos == a->inner_tos) return VERDICT_NEXT;
    __u32 offset = a->packet.offset & L3_MASK;
    const struct iphdr* ip = v->data + offset;
    if ((const void*)(ip + 1) > v->end) return DROP(step_lost);
    if (a->packet.flags & PACKET_IPV6)
        return write_word(v, offset, ipv6_first_bytes((const void*)ip, a->inner_tos));
    const __u16 from = *(const __u16*)ip; /* version, header length and TOS */
    const __u16 to = (from & bpf_htons(0xff00)) | bpf_htons(a->inner_tos);
    __u16 check = ip->check;
    checksum_replace(&check, from, to);
    int verdict = write_word(v, offset, to);
    return verdict == VERDICT_NEXT ? write_word(v, offset + offsetof(struct iphdr, check), check) : verdict;
}
