/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The one place where a dropped packet is counted: per direction and reason, per record, per (record,
 * reason), and sampled. */
#pragma once

#include "lib/event.h"
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
    __u32 slot = d->direction * WEFT_DROP_SLOTS + d->reason;
    struct weft_drop* total = bpf_map_lookup_elem(&WEFT_DROP_MAP, &slot);
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

INLINE struct weft_event* event_of(const struct dropped* d) {
    struct weft_event* event = event_begin(WEFT_EVENT_DROPS);
    if (!event) return 0;
    event->record = d->record;
    event->kind = WEFT_EVENT_DROP;
    event->reason = d->reason;
    event->ifindex = d->ifindex;
    event->direction = d->direction;
    event->gni = d->gni;
    event->length = d->length;
    return event;
}

INLINE void drop_skb(struct __sk_buff* skb, const struct dropped* d) {
    count_drop(d);
    struct weft_event* event = event_of(d);
    if (event) event_submit(skb, 0, event);
}

INLINE void drop_xdp(struct xdp_md* xdp, const struct dropped* d) {
    count_drop(d);
    struct weft_event* event = event_of(d);
    if (!event) return;
    __u32 bytes = event_capture(d->length);
    if (bytes >= ETH_HLEN && !bpf_xdp_load_bytes(xdp, 0, event->packet, bytes)) event->captured = bytes;
    bpf_ringbuf_submit(event, 0);
}
