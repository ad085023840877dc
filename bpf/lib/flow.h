/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connection tracking (requirement 4.6): the one entry of a record's flow; who may start one (groups, ACL,
 * quota), and what each packet makes of it. */
#pragma once

#include "lib/lookup.h"
#include "lib/member.h"
#include "lib/policy.h"
#include "lib/tcp.h"
#include "lib/trace.h"

#define SECOND 1000000000ULL
#define EEXIST 17

#define ICMP_ECHO 8
#define ICMP6_ECHO 128

INLINE int is_watched(const struct track* t) {
    return t->flags & (t->direction == WEFT_TX ? WEFT_PORT_WATCH_TX : WEFT_PORT_WATCH_RX);
}

INLINE int is_tcp(const struct track* t) { return t->key.protocol == IPPROTO_TCP; }

INLINE int is_icmp(const struct track* t) {
    return t->key.protocol == IPPROTO_ICMP || t->key.protocol == IPPROTO_ICMPV6;
}

INLINE __u32 timeout_of(const struct track* t, const struct weft_flow_timeouts* timeouts, __u16 state) {
    if (is_tcp(t)) {
        if (state == WEFT_FLOW_ESTABLISHED) return timeouts->tcp_established;
        if (state == WEFT_FLOW_HALF_CLOSED) return timeouts->tcp_closing;
        return state == WEFT_FLOW_CLOSED ? timeouts->tcp_closed : timeouts->tcp_opening;
    }
    if (t->key.protocol == IPPROTO_UDP)
        return state == WEFT_FLOW_ESTABLISHED ? timeouts->udp_stream : timeouts->udp_single;
    return is_icmp(t) ? timeouts->icmp : timeouts->other;
}

/* The port that the rules ask about is the initiator's destination's: the packet at hand may be a reply. */
INLINE __u16 asked_port(const struct track* t, __u32 initiator) {
    if (t->direction == initiator) return t->port;
    if (is_icmp(t)) {
        __u16 type = t->port >> 8; /* a reply's; requests are one above (ICMP) or below (ICMPv6) */
        if (t->key.protocol == IPPROTO_ICMPV6) return (type - 1) << 8;
        return (type ? type - 1 : ICMP_ECHO) << 8;
    }
    return bpf_ntohs(initiator == WEFT_TX ? t->key.remote_port : t->key.local_port);
}

/* Of whoever has the address; 0: nobody, or somebody without one. */
INLINE __u32 tag_at(const struct weft_overlay_key* key) {
    const struct weft_mapping* mapping = find_mapping(key);
    if (mapping) return mapping->tag;
    const struct weft_local* local = find_local(key);
    return local ? local->tag : 0;
}

/* The tag is looked up only where it is needed: for a flow's first packet, or when its policy changed. What
 * the partition itself does not have may be in a peering one. */
INLINE __u32 remote_tag(const struct track* t) {
    if (t->tag_known) return t->tag;
    struct weft_overlay_key remote = {.gni = t->gni, .address = t->key.remote};
    __u32 tag = tag_at(&remote);
    if (tag) return tag;
    __u32 table = t->table;
    const struct weft_route* route = find_own_route(t->own_table, &table, &remote.address);
    if (!route || route->target != WEFT_ROUTE_PARTITION) return 0;
    remote.gni = route->gni;
    return tag_at(&remote);
}

/* Asks the record's groups about the flow, in the direction of whoever started it. */
INLINE int check_groups(struct track* t, __u32 initiator) {
    const struct question q = {
        .policy = t->policy,
        .direction = initiator,
        .tag = remote_tag(t),
        .port = asked_port(t, initiator),
        .protocol = t->key.protocol,
        .remote = &t->key.remote,
    };
    t->tag = q.tag;
    const struct weft_rule* rule = allowing_rule(&q);
    if (!rule) return initiator == WEFT_TX ? DROP(egress_group) : DROP(ingress_group);
    t->rule = *rule;
    return VERDICT_NEXT;
}

/* The attachment's rules only narrow (requirement 3.3): what they do not allow is refused, whatever the
 * groups say. */
INLINE int check_narrow(const struct track* t, __u32 initiator) {
    if (!t->narrow) return VERDICT_NEXT;
    const struct question q = {
        .policy = t->narrow,
        .direction = initiator,
        .port = asked_port(t, initiator),
        .protocol = t->key.protocol,
        .remote = &t->key.remote,
    };
    const struct weft_rule* rule = address_rule(&q);
    if (!rule) return initiator == WEFT_TX ? DROP(egress_attachment) : DROP(ingress_attachment);
    note(WEFT_TRACE_ATTACHMENT, rule->origin, rule->rule);
    return VERDICT_NEXT;
}

/* An ACL has no memory: it is asked about this very packet, and its answer holds for the same direction of
 * the flow as long as the ACL is the same. */
INLINE int check_acl(const struct track* t) {
    const struct question q = {
        .policy = t->acl,
        .direction = t->direction,
        .port = t->port,
        .protocol = t->key.protocol,
        .remote = &t->key.remote,
    };
    const struct weft_rule* rule = address_rule(&q);
    if (rule) note(WEFT_TRACE_ACL, rule->origin, rule->rule);
    if (rule && rule->verdict == WEFT_RULE_ALLOW) return VERDICT_NEXT;
    return t->direction == WEFT_TX ? DROP(egress_acl) : DROP(ingress_acl);
}

INLINE int check_flow_acl(const struct track* t, struct weft_flow* flow, struct weft_flow_side* from) {
    if (flow->acl != t->acl) {
        flow->acl = t->acl;
        flow->side[0].flags &= ~WEFT_FLOW_SIDE_ACL;
        flow->side[1].flags &= ~WEFT_FLOW_SIDE_ACL;
    }
    if (!t->acl || (from->flags & WEFT_FLOW_SIDE_ACL)) return VERDICT_NEXT;
    int verdict = check_acl(t);
    if (verdict == VERDICT_NEXT) from->flags |= WEFT_FLOW_SIDE_ACL;
    return verdict;
}

INLINE void count_side(const struct track* t, struct weft_flow_side* side) {
    __sync_fetch_and_add(&side->packets, 1);
    __sync_fetch_and_add(&side->bytes, t->bytes);
}

INLINE void clear_side(struct weft_flow_side* side) {
    side->end = side->ack = side->window = 0;
    side->scale = side->flags = 0;
}

/* What is counted stays: the flow log takes the difference to what it has seen before. */
INLINE void begin_flow(const struct track* t, struct weft_flow* flow, __u32 timeout) {
    clear_side(&flow->side[0]);
    clear_side(&flow->side[1]);
    flow->attachment = t->attachment;
    flow->created = t->now;
    flow->timeout = timeout;
    flow->expires = t->now + timeout * SECOND;
    flow->policy = t->policy;
    flow->acl = t->acl;
    flow->tag = t->tag;
    flow->narrow = t->narrow;
    flow->member = 0;
    flow->initiator = t->direction;
    flow->state = WEFT_FLOW_NEW;
    flow->rule = t->rule.rule;
    flow->rule_of = t->rule.origin;
    struct weft_flow_side* side = &flow->side[t->direction != WEFT_TX];
    count_side(t, side);
    if (t->acl) side->flags = WEFT_FLOW_SIDE_ACL;
    if (is_tcp(t)) tcp_note(t, side);
}

/* Whether the entry says nothing about this packet: another attachment's, too old, or over and opened anew.
 */
INLINE int is_void(const struct track* t, const struct weft_flow* flow) {
    if (flow->attachment != t->attachment || flow->expires <= t->now) return 1;
    return is_tcp(t) && flow->state >= WEFT_FLOW_CLOSED && tcp_is_opening(t->tcp_flags);
}

/* Of a shared record: whether the flow that one of its instances sends on is another one's, which is here. */
INLINE int is_of_other_member(const struct track* t, const struct weft_flow* flow) {
    if (t->direction != WEFT_TX || flow->attachment == t->attachment || flow->expires <= t->now) return 0;
    return find_seat(t->gni, weft_member_id(flow->attachment), 0) != 0;
}

/* What a flow's first packet must pass. `entry` is a void one to be used again, or none. */
INLINE int start_flow(struct track* t, struct weft_flow* entry) {
    t->flow = WEFT_EVENT_FLOW_NEW;
    if (is_tcp(t) && !tcp_may_start(t->tcp_flags)) return DROP(tcp_start);
    int verdict = check_groups(t, t->direction);
    if (verdict != VERDICT_NEXT) return verdict;
    verdict = check_narrow(t, t->direction);
    if (verdict != VERDICT_NEXT) return verdict;
    if (t->acl && (verdict = check_acl(t)) != VERDICT_NEXT) return verdict;
    const struct weft_quota* quota = bpf_map_lookup_elem(&WEFT_QUOTA_MAP, &t->key.record);
    struct weft_flow_use* use = bpf_map_lookup_elem(&WEFT_FLOW_USE_MAP, &t->key.record);
    if (!quota || !use) return DROP(no_quota);
    __u32 timeout = timeout_of(t, &quota->timeouts, WEFT_FLOW_NEW);
    if (entry) {
        begin_flow(t, entry, timeout);
        return VERDICT_NEXT;
    }
    __s64 used = use->added - quota->removed; /* in a trace, whose `use` is its own, less than none */
    if (used >= (__s64)quota->flows) {
        __sync_fetch_and_add(&use->refused, 1);
        return DROP(flow_quota);
    }
    __builtin_memset(&t->fresh, 0, sizeof(t->fresh));
    begin_flow(t, &t->fresh, timeout);
    if (weft_tracing) return VERDICT_NEXT;
    long error = bpf_map_update_elem(&WEFT_FLOW_MAP, &t->key, &t->fresh, BPF_NOEXIST);
    if (error && error != -EEXIST) return DROP(flow_full);
    if (!error) {
        __sync_fetch_and_add(&use->added, 1);
        return VERDICT_NEXT;
    }
    entry = bpf_map_lookup_elem(&WEFT_FLOW_MAP, &t->key);
    if (entry) count_side(t, &entry->side[t->direction != WEFT_TX]);
    return VERDICT_NEXT; /* another CPU was first with a packet of the same flow */
}

/* The groups or the attachment's rules changed since the flow was last allowed, or the remote end changed its
 * groups. Groups may keep what they no longer allow, but not what the attachment's rules refuse. A flow that
 * is cut stays in the table: else its next packet from the other side might start it anew. */
INLINE void check_again(struct track* t, struct weft_flow* flow) {
    int verdict = check_groups(t, flow->initiator);
    const struct weft_policy* policy = bpf_map_lookup_elem(&WEFT_POLICY_MAP, &t->policy);
    int keep = policy && (policy->flags & WEFT_POLICY_KEEP) && flow->state != WEFT_FLOW_CUT;
    flow->policy = t->policy;
    flow->tag = t->tag;
    flow->narrow = t->narrow;
    if (verdict == VERDICT_NEXT) {
        flow->rule = t->rule.rule;
        flow->rule_of = t->rule.origin;
    }
    if ((verdict != VERDICT_NEXT && !keep) || check_narrow(t, flow->initiator) != VERDICT_NEXT)
        flow->state = WEFT_FLOW_CUT;
    else if (flow->state == WEFT_FLOW_CUT)
        flow->state = WEFT_FLOW_ESTABLISHED;
}

/* The state after this packet, in `flow`, or the drop. */
INLINE int advance(struct track* t, struct weft_flow* flow) {
    struct weft_flow_side* from = &flow->side[t->direction != WEFT_TX];
    struct weft_flow_side* to = &flow->side[t->direction == WEFT_TX];
    int verdict;
    /* An answer tells the tag; to a cut flow of the record's own none will come. */
    int unanswered = flow->state == WEFT_FLOW_CUT && flow->initiator == WEFT_TX;
    if (flow->policy != t->policy || flow->narrow != t->narrow ||
        (t->tag_known ? flow->tag != t->tag : unanswered))
        check_again(t, flow);
    if (flow->state == WEFT_FLOW_CUT) return DROP(flow_cut);
    if (t->kind == TRACK_FLOW) { /* of a later fragment, the first one was asked about */
        verdict = check_flow_acl(t, flow, from);
        if (verdict != VERDICT_NEXT) return verdict;
        if (is_tcp(t)) {
            verdict = tcp_track(t, flow, from, to);
            if (verdict != VERDICT_NEXT) return verdict;
        } else if (t->direction != flow->initiator) {
            flow->state = WEFT_FLOW_ESTABLISHED;
        }
    }
    count_side(t, from);
    return VERDICT_NEXT;
}

/* A closed flow lives no longer for what still comes. */
INLINE int go_on(struct track* t, struct weft_flow* flow) {
    const __u16 state = flow->state;
    int verdict = advance(t, flow);
    if (flow->state != state) {
        const struct weft_quota* quota = bpf_map_lookup_elem(&WEFT_QUOTA_MAP, &t->key.record);
        if (quota) flow->timeout = timeout_of(t, &quota->timeouts, flow->state);
    }
    if (flow->state != WEFT_FLOW_CLOSED || state != WEFT_FLOW_CLOSED)
        flow->expires = t->now + flow->timeout * SECOND;
    if (is_watched(t)) {
        t->flow = WEFT_EVENT_FLOW_ESTABLISHED;
        t->rule.origin = flow->rule_of;
        t->rule.rule = flow->rule;
    }
    return verdict;
}

/* An entry of the former table moves at the first packet that asks for it. A function of its own: inlined,
 * clang 14 makes of `filter` what Linux 6.1 refuses. */
static __attribute__((noinline)) struct weft_flow* former_flow(const struct track* t) {
    struct weft_flow* former = bpf_map_lookup_elem(&WEFT_FLOW_FORMER_MAP, &t->key);
    if (!former || weft_tracing) return former;
    bpf_map_update_elem(&WEFT_FLOW_MAP, &t->key, former, BPF_NOEXIST);
    return bpf_map_lookup_elem(&WEFT_FLOW_MAP, &t->key);
}

/* The record's entry of the flow; of a trace, which changes nothing, a copy. */
INLINE struct weft_flow* find_flow(struct track* t) {
    struct weft_flow* flow = bpf_map_lookup_elem(&WEFT_FLOW_MAP, &t->key);
    if (!flow) flow = former_flow(t);
    if (!weft_tracing || !flow) return flow;
    t->fresh = *flow;
    return &t->fresh;
}

/* The verdict on the packet in `t`: VERDICT_NEXT, or the drop. An ICMP error passes when the flow that it is
 * about is alive, whoever sent it, and changes nothing there. */
INLINE int track(struct track* t) {
    struct weft_flow* flow = find_flow(t);
    int live = flow && !is_void(t, flow);
    if (flow && (t->flags & WEFT_PORT_SPREAD) && is_of_other_member(t, flow)) return DROP(member_flow);
    note(WEFT_TRACE_FLOW, t->key.record, live ? flow->state : 0);
    if (t->kind == TRACK_ERROR) {
        t->flow = WEFT_EVENT_FLOW_RELATED;
        return live && flow->state != WEFT_FLOW_CUT ? VERDICT_NEXT : DROP(icmp_unrelated);
    }
    if (is_tcp(t) && t->kind == TRACK_FLOW && !tcp_flags_valid(t->tcp_flags)) return DROP(tcp_flags);
    if (!live) return t->kind == TRACK_FLOW ? start_flow(t, flow) : DROP(fragment_unknown);
    int verdict = go_on(t, flow);
    t->tag = flow->tag;
    t->judged = flow->initiator == WEFT_TX;
    return verdict;
}

/* Once more, after the remote end's tag is found to be another one than the flow passed with. */
__attribute__((noinline)) int judge_again(__u32 tag) {
    struct track* t = scratch_track();
    struct weft_flow* flow = t ? find_flow(t) : 0;
    if (!t || !flow || is_void(t, flow)) return VERDICT_NEXT;
    t->tag = tag;
    t->tag_known = 1;
    check_again(t, flow);
    return flow->state == WEFT_FLOW_CUT ? DROP(flow_cut) : VERDICT_NEXT;
}
