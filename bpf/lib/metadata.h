/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What fabric_rx_xdp leaves in front of a decapsulated packet for fabric_rx: constant per flow, so that GRO
 * merges.
 *
 * It must outlive a listener on the uplink (tcpdump): then the skb is shared, and a program with even one
 * direct write into packets starts with a private copy, which has no metadata. So fabric_rx writes by helpers
 * alone. That leaves the metadata on the skb for good: the host's id says whose they are, so that they mean
 * nothing to another host inside an instance. */
#pragma once

#include "lib/arrival.h"
#include "lib/lookup.h"

#define METADATA_MAGIC 0x77656674 /* "weft" */

struct metadata {
    __u32 magic;
    __u32 host_low;
    __u32 host_high;
    __u32 gni; /* and the framework, above its 24 bits */
    __u32 source_gni;
    __u32 tag;
    __u32 from_low; /* the sending host */
    __u32 from_high;
};
_Static_assert(sizeof(struct metadata) <= 32, "the kernel allows 32 bytes");

/* What fabric_rx_xdp left, if it did. */
INLINE int metadata_take(const struct __sk_buff* skb, struct arrival* a) {
    const struct metadata* meta = (const void*)(long)skb->data_meta;
    if ((const void*)(meta + 1) > (const void*)(long)skb->data || meta->magic != METADATA_MAGIC) return 0;
    if (((__u64)meta->host_high << 32 | meta->host_low) != own_host()) return 0;
    a->gni = meta->gni & 0xffffff;
    a->source_gni = meta->source_gni;
    a->tag = meta->tag;
    a->framework = meta->gni >> 24;
    a->host = (__u64)meta->from_high << 32 | meta->from_low;
    return 1;
}

/* Room in front of the packet for the metadata; 0: the driver has none. */
INLINE int metadata_room(struct xdp_md* xdp) {
    return !bpf_xdp_adjust_meta(xdp, -(int)sizeof(struct metadata));
}

INLINE int metadata_put(struct xdp_md* xdp, const struct arrival* a) {
    struct metadata* meta = (void*)(long)xdp->data_meta;
    if ((void*)(meta + 1) > (void*)(long)xdp->data) return 0;
    const __u64 host = own_host();
    *meta = (struct metadata){
        .magic = METADATA_MAGIC,
        .host_low = (__u32)host,
        .host_high = host >> 32,
        .gni = a->gni | a->framework << 24,
        .source_gni = a->source_gni,
        .tag = a->tag,
        .from_low = (__u32)a->host,
        .from_high = a->host >> 32,
    };
    return 1;
}
