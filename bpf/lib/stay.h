/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* stay: the instance of a shared record that a flow stays with (requirement 2.7), remembered in the flow's
 * entry of the record's other end: the one chosen for it, or the one that began it. */
#pragma once

#include "lib/filter.h"
#include "lib/member.h"

/* The entry of the flow that the filter let through; none: the packet has none. */
INLINE struct weft_flow* passing_flow(struct track* t) {
    struct weft_flow* flow = find_flow(t);
    return flow && !is_void(t, flow) ? flow : 0;
}

/* A member of `record` sent the packet that the filter has just let through to its receiver: what that sends
 * back goes to the same one. Two that use the same addresses and ports cannot both be answered. */
__attribute__((noinline)) int hear_member(__u64 record, __u32 member) {
    struct track* t = scratch_track();
    struct weft_flow* flow = t ? passing_flow(t) : 0;
    if (!flow || !find_member(record, member)) return VERDICT_NEXT;
    __u32 former = flow->member;
    if (former == member) return VERDICT_NEXT;
    if (former && find_member(record, former)) return DROP(member_flow);
    flow->member = member;
    return VERDICT_NEXT;
}
