/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters, all per CPU: of records, of drop reasons, of (record, reason). Packets and bytes are those the
 * instance sees: its Ethernet frames, segments counted before segmentation as one packet of the whole length.
 */
#pragma once

#include "weft/abi/types.h"

#define WEFT_COUNTER_MAP \
    weft_counter_v1                /* PERCPU_HASH: record id __u64 -> weft_counter, made by user space */
#define WEFT_DROP_MAP weft_drop_v2 /* PERCPU_ARRAY: weft_direction * WEFT_DROP_SLOTS + weft_drop_reason */
#define WEFT_RECORD_DROP_MAP \
    weft_record_drop_v1 /* PERCPU_HASH: weft_record_drop_key -> weft_drop, made by BPF */

/* For the ledger of usage; user space alone knows these two. A counter has a life of its own, a random
 * number, from when it is made; the entry of record 0 is of the maps as a whole. What it counted is kept
 * under that number when the record leaves, until the coordinator has it. */
#define WEFT_LIFE_MAP weft_life_v1   /* HASH: record id __u64 -> life __u64 */
#define WEFT_USAGE_MAP weft_usage_v1 /* HASH: life __u64 -> weft_usage */

struct weft_counter {
    __u64 tx_packets; /* taken from the instance and sent on or answered */
    __u64 tx_bytes;
    __u64 rx_packets; /* delivered to the instance */
    __u64 rx_bytes;
    __u64 tx_drops; /* packets of the instance dropped */
    __u64 rx_drops; /* packets for the instance dropped */
};
WEFT_ABI_SIZE(weft_counter, 48);

struct weft_usage {
    __u64 record;
    struct weft_counter counted;
};
WEFT_ABI_SIZE(weft_usage, 56);

enum weft_direction {
    WEFT_TX = 1, /* from the instance */
    WEFT_RX = 2, /* to the instance */
};
#define WEFT_DROP_ENTRIES 768 /* of the `drop` map: WEFT_DROP_SLOTS for each direction, and for none */

struct weft_record_drop_key {
    __u64 record;
    __u32 reason;    /* weft_drop_reason */
    __u32 direction; /* weft_direction */
};
WEFT_ABI_SIZE(weft_record_drop_key, 16);

struct weft_drop {
    __u64 packets;
    __u64 bytes;
};
WEFT_ABI_SIZE(weft_drop, 16);
