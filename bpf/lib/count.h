/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Per-record counters. User space makes the entries, so a removed record is not counted back to life.
 * Packets are those of the wire; bytes are those of one frame with all that is segmented later. */
#pragma once

#include "lib/maps.h"
#include "lib/packet.h"

/* Packets that leave the segmentation of this one. */
INLINE __u32 segments(const struct __sk_buff* skb) { return skb->gso_segs ? skb->gso_segs : 1; }

INLINE void count_tx(__u64 record, __u32 bytes, __u32 packets) {
    struct weft_counter* counter = bpf_map_lookup_elem(&WEFT_COUNTER_MAP, &record);
    if (!counter) return;
    counter->tx_packets += packets;
    counter->tx_bytes += bytes;
}

INLINE void count_rx(__u64 record, __u32 bytes, __u32 packets) {
    struct weft_counter* counter = bpf_map_lookup_elem(&WEFT_COUNTER_MAP, &record);
    if (!counter) return;
    counter->rx_packets += packets;
    counter->rx_bytes += bytes;
}
