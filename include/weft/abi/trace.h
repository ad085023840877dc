/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* trace: the steps that a load made for tracing writes down for one packet, in their order (requirement 8.3).
 * The programs that carry traffic write none. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_TRACE_MAP weft_trace          /* ARRAY of 1: weft_trace, one per object and load, not pinned */
#define WEFT_TRACE_SECTION ".rodata.trace" /* of a __u32 that is not zero in a load made for tracing */

enum weft_trace_kind {
    WEFT_TRACE_PORT = 1,        /* id: record, value: GNI */
    WEFT_TRACE_FLOW = 2,        /* id: record, value: weft_flow_state before the packet, 0 for a new flow */
    WEFT_TRACE_GROUP = 3,       /* id: security group, value: position of the rule that allows */
    WEFT_TRACE_ACL = 4,         /* id: ACL, value: position of the rule that decides */
    WEFT_TRACE_ROUTE = 5,       /* id: table << 32 | prefixlen of its key, value: weft_route_target, address:
                                   destination */
    WEFT_TRACE_MAPPING = 6,     /* id: host, value: record, address: looked up */
    WEFT_TRACE_SEND = 7,        /* id: host, value: weft_framework, address: outer destination */
    WEFT_TRACE_ARRIVAL = 8,     /* id: host, value: weft_framework, address: inner source */
    WEFT_TRACE_RECEIVER = 9,    /* id: record */
    WEFT_TRACE_DROP = 10,       /* id: record, value: weft_drop_reason */
    WEFT_TRACE_DELIVER = 11,    /* id: record, value: ifindex */
    WEFT_TRACE_NEXT_HOP = 12,   /* address: of the record that forwards */
    WEFT_TRACE_PARTITION = 13,  /* id: GNI of the partition it crosses to */
    WEFT_TRACE_ATTACHMENT = 14, /* id: attachment, value: position of the rule that allows */
    WEFT_TRACE_MEMBER = 15,     /* id: host, value: attachment that the flow goes to */
};

struct weft_trace_step {
    __u32 kind; /* weft_trace_kind */
    __u32 pad;  /* zero */
    __u64 id;
    __u64 value;
    struct weft_address address;
};
WEFT_ABI_SIZE(weft_trace_step, 40);

#define WEFT_TRACE_STEPS 16

struct weft_trace {
    __u32 count;
    __u32 pad; /* zero */
    struct weft_trace_step step[WEFT_TRACE_STEPS];
};
WEFT_ABI_SIZE(weft_trace, 648);
