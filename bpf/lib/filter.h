/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* filter: may this packet leave, or reach, this record? Its flow, its groups, its subnet's ACL, its rate
 * (requirements 4.1, 4.2, 4.6, 4.7). */
#pragma once

#include "lib/flow.h"
#include "lib/rate.h"
#include "lib/reject.h"
#include "lib/step.h"
#include "lib/subnet.h"
#include "lib/tuple.h"

#define L4_HEADER 20 /* what is read of TCP, the longest */

/* Whether both ends of the packet are in the record's subnet. */
INLINE int inside_subnet(const struct packet* p, const struct weft_local* local) {
    const struct weft_address* a = &p->source.address;
    const struct weft_address* b = &p->destination.address;
    if (p->flags & PACKET_IPV6) return same_subnet6(a, b, local->subnet6_bits);
    return same_subnet4(a->word[3], b->word[3], local->subnet_bits);
}

/* The verdict on the packet `p` for the record that the scratch track names. One function for all callers,
 * verified once; no packet pointer of theirs is good after it. Linux 6.1 takes no argument of it as a key. */
__attribute__((noinline)) int filter(struct __sk_buff* skb, const struct packet* p) {
    struct track* t = scratch_track();
    if (!p || !t) return DROP(step_lost);
    t->now = bpf_ktime_get_coarse_ns();
    t->rule.origin = 0;
    t->judged = 0;
    struct view v = view_skb(skb);
    int verdict = read_tuple(&v, p, t);
    if (verdict == VERDICT_PULL) {
        pull(skb, (p->l4 & L4_MASK) + L4_HEADER);
        v = view_skb(skb);
        verdict = read_tuple(&v, p, t);
    }
    if (verdict == VERDICT_PULL) return DROP(step_lost);
    if (verdict == VERDICT_NEXT) verdict = track(t);
    if (verdict < 0) {
        if (t->flags & WEFT_PORT_LOG_REJECTED) count_reject(p, t);
        return verdict;
    }
    if (verdict == VERDICT_EARLY) {
        t->flow = WEFT_EVENT_FLOW_FRAGMENT;
    } else {
        if (t->rule.origin) note(WEFT_TRACE_GROUP, t->rule.origin, t->rule.rule);
        if ((p->flags & PACKET_MORE) && t->kind == TRACK_FLOW) remember_fragment(p, t);
    }
    return t->flags & WEFT_PORT_LIMITED ? police(skb, &v, p, t) : VERDICT_NEXT;
}

/* What the record behind `port` sends. Its flow is in the scratch track afterwards. */
INLINE int filter_tx(struct __sk_buff* skb, struct step* s, const struct weft_port* port) {
    struct track* t = scratch_track();
    if (!t) return DROP(step_lost);
    if (!port->policy) return DROP(no_policy);
    t->key.record = port->record;
    t->attachment = port->attachment;
    t->direction = WEFT_TX;
    t->policy = port->policy;
    t->narrow = port->narrow;
    t->acl = s->routed ? port->acl : 0;
    t->tag_known = 0;
    t->gni = port->gni;
    t->table = port->table;
    t->own_table = port->own_table;
    t->bytes = s->length;
    t->flags = port->flags;
    int verdict = filter(skb, &s->packet);
    if (t->flags & WEFT_PORT_WATCH_TX) {
        s->flow = t->flow;
        s->rule = t->rule.rule;
        s->rule_of = t->rule.origin;
    }
    s->judged = t->judged;
    s->judged_tag = t->tag;
    return verdict;
}

/* What the record of `local` is to receive, from a sender with this tag. */
INLINE int filter_rx(struct __sk_buff* skb, const struct packet* p, const struct weft_local* local, __u32 tag,
                     __u32 bytes) {
    struct track* t = scratch_track();
    if (!t) return DROP(step_lost);
    if (!local->policy) return DROP(no_policy);
    t->key.record = local->record;
    t->attachment = local->attachment;
    t->direction = WEFT_RX;
    t->policy = local->policy;
    t->narrow = local->narrow;
    t->acl = local->acl;
    if (t->acl && inside_subnet(p, local)) t->acl = 0;
    t->tag = tag;
    t->tag_known = 1;
    t->bytes = bytes;
    t->flags = local->flags;
    return filter(skb, p);
}
