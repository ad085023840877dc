/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* spread: which instance of a shared record a flow goes to (requirement 2.7). It stays with the one it has as
 * long as `member` has that, whatever the table says by then. */
#pragma once

#include "lib/share.h"
#include "lib/stay.h"

/* Where the table sends the flow. */
INLINE __u32 spread_member(__u64 record, const struct track* t) {
    const struct weft_spread* spread = bpf_map_lookup_elem(&WEFT_SPREAD_MAP, &record);
    if (!spread) return 0;
    __u32 slot = (flow_mix(t) >> (32 - WEFT_SPREAD_BITS)) & (WEFT_SPREAD_SLOTS - 1);
    __u32 at = spread->slot[slot];
    return spread->member[at & (WEFT_SPREAD_MEMBERS - 1)];
}

/* The member that the packet of the scratch track goes to; none: there is none. A later fragment ahead of its
 * first one belongs to no flow, and could go astray. */
static __attribute__((noinline)) const struct weft_member* choose_member(__u64 record) {
    struct track* t = scratch_track();
    if (!t) return 0;
    struct weft_flow* flow = passing_flow(t);
    if (!flow && t->kind == TRACK_LATER) return 0;
    __u32 id = flow ? flow->member : 0;
    const struct weft_member* member = id ? find_member(record, id) : 0;
    if (member) return member;
    id = spread_member(record, t);
    member = id ? find_member(record, id) : 0;
    if (member && flow) flow->member = id;
    return member;
}
