/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who receives a checked arrival, and in what shape. */
#pragma once

#include "lib/arrive.h"
#include "lib/deliver.h"

/* The receiver of an arrival, known to take it. */
INLINE int find_arrival_receiver(const struct view* v, struct arrival* a, struct weft_local** local) {
    int verdict = find_receiver(&a->packet.destination, a->macs, local, &a->record);
    if (verdict != VERDICT_NEXT) return verdict;
    return ip_size(v, &a->packet) > (*local)->mtu ? DROP(local_too_big) : VERDICT_NEXT;
}

/* The bytes of an IPv6 header that hold its traffic class. */
INLINE __be16 ipv6_first_bytes(const struct ipv6hdr* ip, __u8 tos) {
    return (*(const __be16*)ip & bpf_htons(0xf00f)) | bpf_htons((__u16)tos << 4);
}

/* What outer marks make of the inner header. On tc, IPv6 goes by way of a helper: unlike IPv4's, its header
 * has no sum of its own that would keep the whole packet's sum the same. */
INLINE int mark_congestion(const struct view* v, const struct arrival* a) {
    if (a->packet.tos == a->inner_tos) return VERDICT_NEXT;
    __u32 offset = a->packet.offset & L3_MASK;
    void* ip = v->data + offset;
    if (ip + sizeof(struct iphdr) > v->end) return DROP(step_lost);
    if (!(a->packet.flags & PACKET_IPV6)) {
        ipv4_set_tos(ip, a->inner_tos);
        return VERDICT_NEXT;
    }
    __be16 first = ipv6_first_bytes(ip, a->inner_tos);
    if (v->xdp)
        *(__be16*)ip = first;
    else if (bpf_skb_store_bytes(v->context, offset, &first, sizeof(first), BPF_F_RECOMPUTE_CSUM))
        return DROP(step_lost);
    return VERDICT_NEXT;
}
