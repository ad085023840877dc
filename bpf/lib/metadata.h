/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What fabric_rx_xdp leaves in front of a decapsulated packet for fabric_rx: constant per flow, so that GRO
 * merges. */
#pragma once

#include "lib/arrival.h"

#define METADATA_MAGIC 0x77656674 /* "weft" */

struct metadata {
    __u32 magic;
    __u32 gni;
    __u32 source_gni;
    __u32 tag;
};
_Static_assert(sizeof(struct metadata) <= 32, "the kernel allows 32 bytes");

/* What fabric_rx_xdp left, if it did. The mark is wiped, so that it means nothing to a host inside an
 * instance. */
INLINE int metadata_take(struct __sk_buff* skb, struct arrival* a) {
    struct metadata* meta = (void*)(long)skb->data_meta;
    if ((void*)(meta + 1) > (void*)(long)skb->data || meta->magic != METADATA_MAGIC) return 0;
    a->gni = meta->gni;
    a->source_gni = meta->source_gni;
    a->tag = meta->tag;
    meta->magic = 0;
    return 1;
}

/* Room in front of the packet for the metadata; 0: the driver has none. */
INLINE int metadata_room(struct xdp_md* xdp) {
    return !bpf_xdp_adjust_meta(xdp, -(int)sizeof(struct metadata));
}

INLINE int metadata_put(struct xdp_md* xdp, const struct arrival* a) {
    struct metadata* meta = (void*)(long)xdp->data_meta;
    if ((void*)(meta + 1) > (void*)(long)xdp->data) return 0;
    *meta = (struct metadata){
        .magic = METADATA_MAGIC,
        .gni = a->gni,
        .source_gni = a->source_gni,
        .tag = a->tag,
    };
    return 1;
}
