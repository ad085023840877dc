/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TCP's part of connection tracking (RFC 9293; resets as RFC 5961 asks): what a segment does to a flow. */
#pragma once

#include "lib/track.h"
#include "lib/verdict.h"

#define TCP_CONTROL (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK)

/* Combinations that no TCP sends. */
INLINE int tcp_flags_valid(__u8 flags) {
    switch (flags & TCP_CONTROL) {
        case TCP_SYN:
        case TCP_SYN | TCP_ACK:
        case TCP_ACK:
        case TCP_FIN | TCP_ACK:
        case TCP_RST:
        case TCP_RST | TCP_ACK: return 1;
    }
    return 0;
}

/* A SYN, or, for connections older than this table, any segment that is neither opening nor resetting. */
INLINE int tcp_may_start(__u8 flags) {
    return (flags & TCP_CONTROL) == TCP_SYN || !(flags & (TCP_SYN | TCP_RST | TCP_FIN));
}

INLINE int tcp_is_opening(__u8 flags) { return (flags & TCP_CONTROL) == TCP_SYN; }

/* Whether sequence number a comes after b. */
INLINE int after(__u32 a, __u32 b) { return (__s32)(a - b) > 0; }

/* Whether the segment lies where the other side expects data: from what it acknowledged to its window.
 * Unknown is within. */
INLINE int tcp_in_window(const struct track* t, const struct weft_flow_side* from,
                         const struct weft_flow_side* to) {
    if (!(to->flags & WEFT_FLOW_SIDE_KNOWN) || !(from->flags & WEFT_FLOW_SIDE_KNOWN)) return 1;
    __u32 window = to->window ? to->window : 1;
    return !after(to->ack, t->sequence) && !after(t->sequence, to->ack + window);
}

/* A reset counts when it stands exactly where its receiver expects the next byte, as far as it is known; in
 * reply to a SYN, when it acknowledges that. Elsewhere in the window it passes and changes nothing, since its
 * receiver challenges it; outside it is dropped. */
enum reset { RESET_REFUSED, RESET_PASSES, RESET_CLOSES };

INLINE enum reset tcp_reset(const struct track* t, const struct weft_flow* flow,
                            const struct weft_flow_side* from, const struct weft_flow_side* to) {
    if (flow->state == WEFT_FLOW_NEW && t->direction != flow->initiator && (to->flags & WEFT_FLOW_SIDE_SYN))
        return (t->tcp_flags & TCP_ACK) && t->ack == to->end ? RESET_CLOSES : RESET_REFUSED;
    if (!(from->flags & WEFT_FLOW_SIDE_KNOWN)) return RESET_PASSES;
    if (t->sequence == from->end || ((to->flags & WEFT_FLOW_SIDE_KNOWN) && t->sequence == to->ack))
        return RESET_CLOSES;
    return tcp_in_window(t, from, to) ? RESET_PASSES : RESET_REFUSED;
}

/* What the segment says of its sender. */
INLINE void tcp_note(const struct track* t, struct weft_flow_side* side) {
    __u32 end = t->sequence + t->size + !!(t->tcp_flags & TCP_SYN) + !!(t->tcp_flags & TCP_FIN);
    int known = side->flags & WEFT_FLOW_SIDE_KNOWN;
    if (!known || after(end, side->end)) side->end = end;
    if (t->tcp_flags & TCP_SYN) {
        side->flags |= WEFT_FLOW_SIDE_SYN | (t->scale ? WEFT_FLOW_SIDE_SCALE : 0);
        side->scale = t->scale ? t->scale - 1 : 0;
    }
    if (!(t->tcp_flags & TCP_ACK)) return;
    if (!known || after(t->ack, side->ack)) side->ack = t->ack;
    __u32 window = t->tcp_flags & TCP_SYN ? t->window : t->window << (side->scale & 15);
    if (window > side->window) side->window = window;
    side->flags |= WEFT_FLOW_SIDE_KNOWN;
}

INLINE __u16 tcp_state(const struct track* t, const struct weft_flow* flow, struct weft_flow_side* from,
                       const struct weft_flow_side* to) {
    if (flow->state == WEFT_FLOW_CLOSED) return WEFT_FLOW_CLOSED;
    if ((t->tcp_flags & TCP_FIN) && tcp_in_window(t, from, to)) {
        from->flags |= WEFT_FLOW_SIDE_FIN;
        return to->flags & WEFT_FLOW_SIDE_FIN ? WEFT_FLOW_CLOSED : WEFT_FLOW_HALF_CLOSED;
    }
    if (flow->state == WEFT_FLOW_NEW && t->direction != flow->initiator) {
        if (tcp_is_opening(t->tcp_flags)) return WEFT_FLOW_SYN_BOTH;
        /* Without the initiator's SYN the connection is older than its entry. */
        return (t->tcp_flags & TCP_SYN) || (to->flags & WEFT_FLOW_SIDE_SYN) ? WEFT_FLOW_NEW
                                                                            : WEFT_FLOW_ESTABLISHED;
    }
    if (flow->state == WEFT_FLOW_NEW && (from->flags & to->flags & WEFT_FLOW_SIDE_SYN) &&
        (t->tcp_flags & TCP_ACK))
        return WEFT_FLOW_ESTABLISHED;
    if (flow->state == WEFT_FLOW_SYN_BOTH && (t->tcp_flags & TCP_ACK)) return WEFT_FLOW_ESTABLISHED;
    return flow->state;
}

/* The segment of a flow that is known: its new state in `flow`, or the drop. */
INLINE int tcp_track(const struct track* t, struct weft_flow* flow, struct weft_flow_side* from,
                     struct weft_flow_side* to) {
    if (t->tcp_flags & TCP_RST) {
        switch (tcp_reset(t, flow, from, to)) {
            case RESET_REFUSED: return DROP(tcp_reset);
            case RESET_CLOSES: flow->state = WEFT_FLOW_CLOSED;
            case RESET_PASSES: return VERDICT_NEXT;
        }
    }
    __u16 state = tcp_state(t, flow, from, to);
    tcp_note(t, from);
    flow->state = state;
    return VERDICT_NEXT;
}
