/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* event: samples of dropped packets, through a ring buffer; a token bucket per CPU bounds them. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_EVENT_MAP weft_event_v1               /* RINGBUF of weft_event */
#define WEFT_EVENT_BUCKET_MAP weft_event_bucket_v1 /* PERCPU_ARRAY of 1: weft_event_bucket */

enum weft_event_kind {
    WEFT_EVENT_DROP = 1,
};

#define WEFT_EVENT_CAPTURE 128

struct weft_event {
    __u64 time;      /* CLOCK_MONOTONIC ns */
    __u64 record;    /* 0: not known at that point */
    __u32 kind;      /* weft_event_kind */
    __u32 reason;    /* weft_drop_reason */
    __u32 ifindex;   /* device the packet came in on */
    __u32 direction; /* weft_direction */
    __u32 gni;       /* 0: not known */
    __u32 length;    /* of the packet, bytes */
    __u32 captured;  /* bytes of `packet` that are filled */
    __u32 pad;       /* zero */
    __u8 packet[WEFT_EVENT_CAPTURE];
};
WEFT_ABI_SIZE(weft_event, 176);

struct weft_event_bucket {
    __u64 filled; /* CLOCK_MONOTONIC ns of the last refill */
    __u64 tokens;
    __u64 lost; /* samples not sent: no token, or the ring was full */
};
WEFT_ABI_SIZE(weft_event_bucket, 24);
