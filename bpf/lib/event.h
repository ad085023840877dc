/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A sample on its way to user space: a token of the bucket, room in the ring, bytes of the packet. */
#pragma once

#include "lib/maps.h"
#include "lib/packet.h"

/* Takes a token of this CPU's bucket; the coarse clock is good enough for that. Tokens are counted in
 * millionths, so that low rates fill up too. */
INLINE int event_token(struct weft_event_bucket* bucket, __u64 now) {
    __u32 zero = 0;
    const struct weft_config* config = bpf_map_lookup_elem(&WEFT_CONFIG_MAP, &zero);
    if (!config || !config->event_rate) return 0;
    __u64 full = (__u64)config->event_burst * 1000000;
    __u64 elapsed = now - bucket->filled;
    if (elapsed > 1000000000) elapsed = 1000000000;
    bucket->filled = now;
    bucket->tokens += elapsed * config->event_rate / 1000;
    if (bucket->tokens > full) bucket->tokens = full;
    if (bucket->tokens < 1000000) {
        bucket->lost_rate++;
        return 0;
    }
    bucket->tokens -= 1000000;
    return 1;
}

/* An event to fill in and submit, zero but for its time, or none. */
INLINE struct weft_event* event_begin(__u32 sort) {
    struct weft_event_bucket* bucket = bpf_map_lookup_elem(&WEFT_EVENT_BUCKET_MAP, &sort);
    if (!bucket || !event_token(bucket, bpf_ktime_get_coarse_ns())) return 0;
    struct weft_event* event = bpf_ringbuf_reserve(&WEFT_EVENT_MAP, sizeof(*event), 0);
    if (!event) {
        bucket->lost_ring++;
        return 0;
    }
    __builtin_memset(event, 0, sizeof(*event));
    event->time = bpf_ktime_get_ns();
    return event;
}

/* How many bytes to copy, in one register, so that every verifier sees its bounds. */
INLINE __u32 event_capture(__u32 length) {
    __u32 bytes = length < WEFT_EVENT_CAPTURE ? length : WEFT_EVENT_CAPTURE;
    asm volatile("" : "+r"(bytes));
    return bytes;
}

/* The packet's bytes from `offset` on, as many as there is room for. */
INLINE void event_submit(struct __sk_buff* skb, __u32 offset, struct weft_event* event) {
    __u32 bytes = skb->len > offset ? event_capture(skb->len - offset) : 0;
    if (bytes >= ETH_HLEN && !bpf_skb_load_bytes(skb, offset, event->packet, bytes)) event->captured = bytes;
    bpf_ringbuf_submit(event, 0);
}
