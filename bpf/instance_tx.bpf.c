/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The chain on an instance's device, tc ingress: what the instance sends. */
#include "lib/admit.h"
#include "lib/arp.h"
#include "lib/discovery.h"
#include "lib/drop.h"
#include "lib/echo.h"
#include "lib/icmp_error.h"
#include "lib/out.h"
#include "lib/punt.h"
#include "lib/seen.h"
#include "lib/step.h"
#include "lib/trunk.h"
#include "weft/abi/chain.h"

#define HEADERS 54  /* Ethernet, IP and what is read of layer 4, without options */
#define HEADERS6 78 /* the same of IPv6, with a neighbour solicitation's target */

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, WEFT_CHAIN_SLOTS);
    __type(key, __u32);
    __type(value, __u32);
} WEFT_CHAIN_MAP SEC(".maps");

INLINE void drop_step(struct __sk_buff* skb, const struct step* s, __u32 reason) {
    struct dropped d = {
        .record = s->record,
        .gni = s->gni,
        .reason = reason,
        .direction = s->direction,
        .ifindex = skb->ifindex,
        .length = s->length,
    };
    drop_skb(skb, &d);
}

/* The verdict of a step becomes a TC action, or the next program. */
INLINE int finish(struct __sk_buff* skb, const struct step* s, int verdict) {
    if (verdict == VERDICT_NEXT) bpf_tail_call(skb, &WEFT_CHAIN_MAP, WEFT_CHAIN_OUT);
    if (verdict == VERDICT_SERVICE) bpf_tail_call(skb, &WEFT_CHAIN_MAP, WEFT_CHAIN_SERVICE);
    if (verdict == VERDICT_ICMP_ERROR) bpf_tail_call(skb, &WEFT_CHAIN_MAP, WEFT_CHAIN_ICMP_ERROR);
    if (verdict == VERDICT_PUNT) bpf_tail_call(skb, &WEFT_CHAIN_MAP, WEFT_CHAIN_PUNT);
    if (verdict >= VERDICT_NEXT) verdict = DROP(chain_missing);
    if (verdict >= 0) return verdict;
    drop_step(skb, s, -verdict);
    return TC_ACT_SHOT;
}

/* ARP has no IP header that admit could have parsed. */
INLINE int answer(struct __sk_buff* skb, struct step* s) {
    struct view v = view_skb(skb);
    if (skb->protocol == bpf_htons(ETH_P_ARP)) return answer_arp(skb, s);
    if (is_discovery(&v, &s->packet)) return answer_discovery(skb, s);
    return s->packet.flags & PACKET_IPV6 ? answer_echo6(skb, s) : answer_echo(skb, s);
}

/* What goes back to the instance. */
INLINE int answered(struct __sk_buff* skb, const struct step* s, int verdict) {
    if ((s->flags & WEFT_PORT_CAPTURE) && verdict == TC_ACT_REDIRECT)
        capture(skb, skb->len, s->record, WEFT_RX, WEFT_CAPTURE_INNER);
    return verdict;
}

SEC("tc")
int instance_tx(struct __sk_buff* skb) {
    struct step* s = scratch_step();
    if (!s) return TC_ACT_SHOT;
    begin_step(s, skb->len);
    int verdict = untag(skb, s);
    if (verdict != VERDICT_NEXT) return finish(skb, s, verdict);
    pull(skb, skb->protocol == bpf_htons(ETH_P_IPV6) ? HEADERS6 : HEADERS);
    verdict = admit(skb, s);
    if (verdict == VERDICT_NEXT) pull_l4(skb, &s->packet);
    return finish(skb, s, verdict);
}

SEC("tc")
int instance_out(struct __sk_buff* skb) {
    struct step* s = scratch_step();
    if (!s) return TC_ACT_SHOT;
    return finish(skb, s, out(skb, s));
}

SEC("tc")
int instance_service(struct __sk_buff* skb) {
    struct step* s = scratch_step();
    if (!s) return TC_ACT_SHOT;
    int verdict = answer(skb, s);
    if (verdict == TC_ACT_REDIRECT && (s->flags & WEFT_PORT_WATCH_TX))
        tell_sent(skb, s, s->record, WEFT_EVENT_ANSWERED, 0, 0, 0);
    return finish(skb, s, answered(skb, s, verdict));
}

SEC("tc")
int instance_icmp_error(struct __sk_buff* skb) {
    struct step* s = scratch_step();
    if (!s) return TC_ACT_SHOT;
    drop_step(skb, s, s->error_reason);
    return answered(skb, s, answer_error(skb, s));
}

SEC("tc")
int instance_punt(struct __sk_buff* skb) {
    struct step* s = scratch_step();
    if (!s) return TC_ACT_SHOT;
    int verdict = punt(skb, s);
    if (verdict == TC_ACT_REDIRECT && (s->flags & WEFT_PORT_WATCH_TX))
        tell_sent(skb, s, s->record, WEFT_EVENT_TO_AGENT, 0, 0, 0);
    return finish(skb, s, verdict);
}

char program_license[] SEC("license") = "Dual BSD/GPL";
