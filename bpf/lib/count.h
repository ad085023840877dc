/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Per-record counters. User space makes the entries, so a removed record is not counted back to life. */
#pragma once

#include "lib/maps.h"
#include "lib/packet.h"

INLINE void count_tx(__u64 record, __u32 bytes) {
    struct weft_counter* counter = bpf_map_lookup_elem(&WEFT_COUNTER_MAP, &record);
    if (!counter) return;
    counter->tx_packets++;
    counter->tx_bytes += bytes;
}

INLINE void count_rx(__u64 record, __u32 bytes) {
    struct weft_counter* counter = bpf_map_lookup_elem(&WEFT_COUNTER_MAP, &record);
    if (!counter) return;
    counter->rx_packets++;
    counter->rx_bytes += bytes;
}
