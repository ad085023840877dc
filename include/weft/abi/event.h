/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* event: samples of dropped packets and, of the records that WEFT_PORT_WATCH_TX and _RX mark, of what passes;
 * through a ring buffer, bounded by a token bucket per CPU for each of the two. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_EVENT_MAP weft_event_v2               /* RINGBUF of weft_event */
#define WEFT_EVENT_BUCKET_MAP weft_event_bucket_v2 /* PERCPU_ARRAY: weft_event_sort -> weft_event_bucket */

enum weft_event_sort {
    WEFT_EVENT_DROPS = 0,
    WEFT_EVENT_VERDICTS = 1,
};
#define WEFT_EVENT_SORTS 2

enum weft_event_kind {
    WEFT_EVENT_DROP = 1,
    WEFT_EVENT_SENT = 2,      /* to another host, or to another record of this one */
    WEFT_EVENT_DELIVERED = 3, /* to the instance */
    WEFT_EVENT_ANSWERED = 4,  /* by a phantom router, on the spot; `packet` is the answer */
    WEFT_EVENT_TO_AGENT = 5,  /* the agent answers it */
};

enum weft_event_flow {
    WEFT_EVENT_FLOW_NONE = 0, /* not tracked */
    WEFT_EVENT_FLOW_NEW = 1,
    WEFT_EVENT_FLOW_ESTABLISHED = 2, /* it was there before this packet */
    WEFT_EVENT_FLOW_RELATED = 3,     /* an ICMP error about it */
    WEFT_EVENT_FLOW_FRAGMENT = 4,    /* a fragment ahead of its first one */
};

#define WEFT_EVENT_CAPTURE 192 /* inner ports even behind the longest outer headers without extensions */

struct weft_event {
    __u64 time;      /* CLOCK_MONOTONIC ns */
    __u64 record;    /* 0: not known at that point */
    __u64 peer;      /* host that it went to or came from; 0: none, or not known */
    __u64 rule_of;   /* id of the group whose rule allowed its flow; 0: none, or not known */
    __u32 rule;      /* the rule's position in it, from 0 */
    __u32 kind;      /* weft_event_kind */
    __u32 reason;    /* weft_drop_reason; 0: it passed */
    __u32 ifindex;   /* device the packet came in on */
    __u32 direction; /* weft_direction */
    __u32 gni;       /* 0: not known */
    __u32 length;    /* of the packet, bytes */
    __u32 captured;  /* bytes of `packet` that are filled */
    __u32 framework; /* weft_framework; 0: none, or not known */
    __u32 flow;      /* weft_event_flow */
    __u8 packet[WEFT_EVENT_CAPTURE];
};
WEFT_ABI_SIZE(weft_event, 264);

struct weft_event_bucket {
    __u64 filled; /* CLOCK_MONOTONIC ns of the last refill */
    __u64 tokens;
    __u64 lost_rate; /* samples not sent: no token */
    __u64 lost_ring; /* the ring was full */
};
WEFT_ABI_SIZE(weft_event_bucket, 32);
