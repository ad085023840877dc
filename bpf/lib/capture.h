/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* capture: copies of single records' packets for whoever looks at them. Callers have seen WEFT_PORT_CAPTURE.
 */
#pragma once

#include "lib/maps.h"
#include "lib/packet.h"
#include "lib/trace.h"

#define NOINLINE static __attribute__((noinline))

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct weft_captured);
} weft_capturing SEC(".maps");

/* `context` is of either hook; the kernel copies the bytes, wherever they lie. An error is a reader that is
 * not there, or has no room. */
NOINLINE void capture(void* context, __u32 size, __u64 record, __u32 direction, __u32 point) {
    if (weft_tracing) return;
    __u32 zero = 0;
    __u32 offset = point == WEFT_CAPTURE_OUTER ? ETH_HLEN : 0; /* not yet, or no longer, the wire's */
    struct weft_capture* wanted = bpf_map_lookup_elem(&WEFT_CAPTURE_MAP, &record);
    struct weft_captured* captured = bpf_map_lookup_elem(&weft_capturing, &zero);
    if (!wanted || !captured || !(wanted->directions & 1U << (direction & 31)) || size < offset) return;
    captured->time = bpf_ktime_get_ns();
    captured->record = record;
    captured->length = size - offset;
    captured->captured = captured->length < wanted->snaplen ? captured->length : wanted->snaplen;
    captured->offset = offset;
    captured->point = point;
    captured->direction = direction;
    __u64 bytes = captured->captured + offset;
    if (bpf_perf_event_output(context, &WEFT_CAPTURED_MAP, BPF_F_CURRENT_CPU | bytes << 32, captured,
                              sizeof(*captured)))
        __sync_fetch_and_add(&wanted->lost, 1);
}
