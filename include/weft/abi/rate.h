/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rate: limits of what a record sends and receives (requirement 4.7), policed: what exceeds them is dropped.
 * Bytes are those of Ethernet frames with the headers of every segment, packets are segments. Both entries
 * are there before the flag WEFT_PORT_LIMITED: without them nothing passes. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_RATE_MAP weft_rate_v1             /* HASH: weft_rate_key -> weft_rate, written by user space */
#define WEFT_RATE_STATE_MAP weft_rate_state_v1 /* HASH: weft_rate_key -> weft_rate_state, made by it */

struct weft_rate_key {
    __u64 record;
    __u32 direction; /* weft_direction */
    __u32 pad;       /* zero */
};
WEFT_ABI_SIZE(weft_rate_key, 16);

struct weft_rate {
    __u64 bytes;   /* a second; 0: any */
    __u64 packets; /* a second; 0: any */
    __u32 burst_bytes;
    __u32 burst_packets;
};
WEFT_ABI_SIZE(weft_rate, 24);

/* When, in CLOCK_MONOTONIC ns, all that has passed will be paid for at the rate. The past: now. */
struct weft_rate_state {
    __u64 bytes_paid;
    __u64 packets_paid;
};
WEFT_ABI_SIZE(weft_rate_state, 16);
