/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* capture: packets of single records, copied whole as they pass. Only entries of `port` and `local` with the
 * flag WEFT_PORT_CAPTURE are looked for in `capture`, so that it costs nothing while there is none. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_CAPTURE_MAP weft_capture_v1   /* HASH: record id __u64 -> weft_capture, written by user space */
#define WEFT_CAPTURED_MAP weft_captured_v1 /* PERF_EVENT_ARRAY of weft_captured, then the packet's bytes */

#define WEFT_CAPTURE_MOST 65280 /* bytes of a packet: an event has fewer than 64 KiB */

enum weft_capture_point {
    WEFT_CAPTURE_INNER = 0, /* a frame at the instance's device, without the VLAN tag of a trunk */
    WEFT_CAPTURE_OUTER = 1, /* an IP packet on the underlay */
};

struct weft_capture {
    __u64 lost;       /* packets for which there was no room */
    __u32 snaplen;    /* most bytes of a packet, up to WEFT_CAPTURE_MOST */
    __u32 directions; /* bits, 1 << weft_direction */
};
WEFT_ABI_SIZE(weft_capture, 16);

struct weft_captured {
    __u64 time; /* CLOCK_MONOTONIC ns */
    __u64 record;
    __u32 length;    /* of the whole packet */
    __u32 captured;  /* bytes of it that follow, behind `offset` others */
    __u16 offset;    /* bytes in front that do not belong to it */
    __u16 point;     /* weft_capture_point */
    __u32 direction; /* weft_direction */
};
WEFT_ABI_SIZE(weft_captured, 32);
