/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* share: which of several next hops a flow takes (requirement 5.4). Both directions of a flow, its ICMP
 * errors and its fragments take the same one, so that an appliance that keeps state sees all of it. */
#pragma once

#include "lib/flow_hash.h"
#include "lib/maps.h"
#include "lib/track.h"

INLINE __u32 mix_end(const struct weft_address* a, __be16 port) {
    return mix(mix(mix(mix(mix(0, a->word[0]), a->word[1]), a->word[2]), a->word[3]), port);
}

/* Of the flow that the filter found: the two ends count alike. */
INLINE __u32 flow_mix(const struct track* t) {
    __u32 ends = mix_end(&t->key.local, t->key.local_port) + mix_end(&t->key.remote, t->key.remote_port);
    return mix(ends, t->key.protocol);
}

/* None: the hops are not installed. */
INLINE const struct weft_address* share(__u32 table, const struct weft_route* route) {
    const struct weft_route_key key = {
        .prefixlen = route->prefixlen,
        .table = table,
        .address = route->next_hop,
    };
    const struct weft_route_hops* hops = bpf_map_lookup_elem(&WEFT_ROUTE_HOPS_MAP, &key);
    const struct track* t = scratch_track();
    if (!hops || !t) return 0;
    __u32 slot = (flow_mix(t) >> (32 - WEFT_ROUTE_SLOTS_BITS)) & (WEFT_ROUTE_SLOTS - 1);
    return &hops->hop[hops->slot[slot] & (WEFT_ROUTE_HOPS - 1)];
}
