/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a record's filter refused, counted for its flow log (requirement 8.3). */
#pragma once

#include "lib/maps.h"
#include "lib/track.h"

/* An ICMP error is no packet of the flow that it is about. */
INLINE void own_tuple(const struct packet* p, struct track* t) {
    int tx = t->direction == WEFT_TX;
    t->key.local = tx ? p->source.address : p->destination.address;
    t->key.remote = tx ? p->destination.address : p->source.address;
    t->key.local_port = t->key.remote_port = 0;
    t->key.protocol = p->protocol;
}

INLINE void count_reject(const struct packet* p, struct track* t) {
    if (t->kind == TRACK_ERROR) own_tuple(p, t);
    const struct weft_reject_key* key = (const void*)&t->key;
    struct weft_reject* reject = bpf_map_lookup_elem(&WEFT_REJECT_MAP, key);
    if (!reject) {
        t->refused = (struct weft_reject){.first = t->now};
        bpf_map_update_elem(&WEFT_REJECT_MAP, key, &t->refused, BPF_NOEXIST);
        reject = bpf_map_lookup_elem(&WEFT_REJECT_MAP, key);
    }
    if (!reject) {
        struct weft_flow_use* use = bpf_map_lookup_elem(&WEFT_FLOW_USE_MAP, &t->key.record);
        if (use) __sync_fetch_and_add(&use->unlogged, 1);
        return;
    }
    __sync_fetch_and_add(&reject->packets, 1);
    __sync_fetch_and_add(&reject->bytes, t->bytes);
    reject->last = t->now;
}
