/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What passed, told to those who monitor it (requirement 8.3). Nothing of this runs for a record that nobody
 * watches: its flags say so. */
#pragma once

#include "lib/event.h"
#include "lib/step.h"
#include "lib/trace.h"
#include "lib/track.h"

struct seen {
    __u64 record;
    __u64 peer;
    __u64 rule_of;
    __u32 rule;
    __u32 kind; /* weft_event_kind */
    __u32 direction;
    __u32 gni;
    __u32 length;
    __u32 framework;
    __u32 flow;   /* weft_event_flow */
    __u32 offset; /* of the frame in the skb */
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct seen);
} weft_seen SEC(".maps");

INLINE struct seen* begin_seen(__u32 kind, __u32 direction, __u64 record) {
    __u32 zero = 0;
    struct seen* seen = bpf_map_lookup_elem(&weft_seen, &zero);
    if (!seen) return 0;
    __builtin_memset(seen, 0, sizeof(*seen));
    seen->kind = kind;
    seen->direction = direction;
    seen->record = record;
    return seen;
}

/* Samples what the scratch says; a function of its own, so that no caller's stack grows. */
__attribute__((noinline)) int tell(struct __sk_buff* skb) {
    __u32 zero = 0;
    const struct seen* seen = bpf_map_lookup_elem(&weft_seen, &zero);
    if (!seen || weft_tracing) return 0;
    struct weft_event* event = event_begin(WEFT_EVENT_VERDICTS);
    if (!event) return 0;
    event->record = seen->record;
    event->peer = seen->peer;
    event->rule_of = seen->rule_of;
    event->rule = seen->rule;
    event->kind = seen->kind;
    event->ifindex = skb->ifindex;
    event->direction = seen->direction;
    event->gni = seen->gni;
    event->length = seen->length;
    event->framework = seen->framework;
    event->flow = seen->flow;
    event_submit(skb, seen->offset, event);
    return 0;
}

/* What the record of `local` is given, as a frame at the skb's start; the scratch track is about it. */
INLINE void tell_delivered(struct __sk_buff* skb, const struct weft_local* local, __u32 gni, __u64 peer,
                           __u32 framework) {
    struct seen* seen = begin_seen(WEFT_EVENT_DELIVERED, WEFT_RX, local->record);
    const struct track* t = scratch_track();
    if (!seen || !t) return;
    seen->flow = t->flow;
    seen->rule_of = t->rule.origin;
    seen->rule = t->rule.rule;
    seen->gni = gni;
    seen->peer = peer;
    seen->framework = framework;
    seen->length = skb->len;
    tell(skb);
}

/* What a record sent; its frame is now at `offset` in the skb. */
INLINE void tell_sent(struct __sk_buff* skb, const struct step* s, __u64 record, __u32 kind, __u64 peer,
                      __u32 framework, __u32 offset) {
    struct seen* seen = begin_seen(kind, WEFT_TX, record);
    if (!seen) return;
    seen->flow = s->flow;
    seen->rule_of = s->rule_of;
    seen->rule = s->rule;
    seen->gni = s->gni;
    seen->peer = peer;
    seen->framework = framework;
    seen->length = s->length;
    seen->offset = offset;
    tell(skb);
}
