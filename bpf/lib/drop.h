/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one place where a dropped packet is counted: per reason, per record, per (record, reason), and sampled.
 */
#pragma once

#include "lib/maps.h"
#include "lib/packet.h"
#include "lib/trace.h"

struct dropped {
    __u64 record; /* 0: not known */
    __u32 gni;
    __u32 reason;
    __u32 direction;
    __u32 ifindex;
    __u32 length;
};

INLINE void count_drop(const struct dropped* d) {
    note(WEFT_TRACE_DROP, d->record, d->reason);
    struct weft_drop* total = bpf_map_lookup_elem(&WEFT_DROP_MAP, &d->reason);
    if (total) {
        total->packets++;
        total->bytes += d->length;
    }
    if (!d->record) return;

    struct weft_counter* counter = bpf_map_lookup_elem(&WEFT_COUNTER_MAP, &d->record);
    if (counter) {
        if (d->direction == WEFT_TX)
            counter->tx_drops++;
        else
            counter->rx_drops++;
    }
    struct weft_record_drop_key key = {.record = d->record, .reason = d->reason, .direction = d->direction};
    struct weft_drop* own = bpf_map_lookup_elem(&WEFT_RECORD_DROP_MAP, &key);
    if (own) {
        own->packets++;
        own->bytes += d->length;
    } else {
        struct weft_drop first = {.packets = 1, .bytes = d->length};
        bpf_map_update_elem(&WEFT_RECORD_DROP_MAP, &key, &first, BPF_NOEXIST);
    }
}

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
        bucket->lost++;
        return 0;
    }
    bucket->tokens -= 1000000;
    return 1;
}

/* An event to fill with packet bytes and submit, or none. */
INLINE struct weft_event* event_begin(const struct dropped* d) {
    __u32 zero = 0;
    struct weft_event_bucket* bucket = bpf_map_lookup_elem(&WEFT_EVENT_BUCKET_MAP, &zero);
    if (!bucket || !event_token(bucket, bpf_ktime_get_coarse_ns())) return 0;
    struct weft_event* event = bpf_ringbuf_reserve(&WEFT_EVENT_MAP, sizeof(*event), 0);
    if (!event) {
        bucket->lost++;
        return 0;
    }
    __builtin_memset(event, 0, sizeof(*event));
    event->time = bpf_ktime_get_ns();
    event->record = d->record;
    event->kind = WEFT_EVENT_DROP;
    event->reason = d->reason;
    event->ifindex = d->ifindex;
    event->direction = d->direction;
    event->gni = d->gni;
    event->length = d->length;
    return event;
}

INLINE __u32 event_capture(__u32 length) { return length < WEFT_EVENT_CAPTURE ? length : WEFT_EVENT_CAPTURE; }

INLINE void drop_skb(struct __sk_buff* skb, const struct dropped* d) {
    count_drop(d);
    struct weft_event* event = event_begin(d);
    if (!event) return;
    __u32 bytes = event_capture(skb->len);
    if (bytes >= ETH_HLEN && !bpf_skb_load_bytes(skb, 0, event->packet, bytes)) event->captured = bytes;
    bpf_ringbuf_submit(event, 0);
}

INLINE void drop_xdp(struct xdp_md* xdp, const struct dropped* d) {
    count_drop(d);
    struct weft_event* event = event_begin(d);
    if (!event) return;
    __u32 bytes = event_capture(d->length);
    if (bytes >= ETH_HLEN && !bpf_xdp_load_bytes(xdp, 0, event->packet, bytes)) event->captured = bytes;
    bpf_ringbuf_submit(event, 0);
}
