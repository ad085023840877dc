/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a load made for tracing writes down (weft/abi/trace.h); in any other load the verifier removes it. */
#pragma once

#include "lib/packet.h"
#include "weft/abi/trace.h"

const volatile __u32 weft_tracing SEC(WEFT_TRACE_SECTION) = 0;

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct weft_trace);
} WEFT_TRACE_MAP SEC(".maps");

INLINE void note_at(__u32 kind, __u64 id, __u64 value, const struct weft_address* address) {
    if (!weft_tracing) return;
    __u32 zero = 0;
    struct weft_trace* trace = bpf_map_lookup_elem(&WEFT_TRACE_MAP, &zero);
    if (!trace || trace->count >= WEFT_TRACE_STEPS) return;
    struct weft_trace_step* step = &trace->step[trace->count & (WEFT_TRACE_STEPS - 1)];
    step->kind = kind;
    step->id = id;
    step->value = value;
    if (address) step->address = *address;
    trace->count++;
}

INLINE void note(__u32 kind, __u64 id, __u64 value) { note_at(kind, id, value, 0); }
