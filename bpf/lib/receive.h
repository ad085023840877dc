/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* receive: from a checked arrival to an instance: may the record receive it, off with the outer headers. */
#pragma once

#include "lib/filter.h"
#include "lib/receiver.h"
#include "lib/seen.h"
#include "lib/stay.h"

/* Leaves an Ethernet header, its MACs still to be written, and the inner packet. Where the families differ
 * the outer header goes in two steps: Linux 6.1 does not let one cut turn one into the other. */
INLINE int decapsulate(struct __sk_buff* skb, const struct arrival* a) {
    int strip = a->strip & STRIP_MASK;
    int inner6 = (a->packet.flags & PACKET_IPV6) != 0;
    if (a->ipv6 != inner6) {
        if (bpf_skb_change_proto(skb, ethertype(&a->packet), 0)) return DROP(decapsulate);
        strip += inner6 ? IPV4_TO_IPV6 : -IPV4_TO_IPV6;
    }
    if (bpf_skb_adjust_room(skb, -strip, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO))
        return DROP(decapsulate);
    return VERDICT_NEXT;
}

INLINE int write_ethernet(struct __sk_buff* skb, struct arrival* a, const void* to) {
    copy_mac(a->eth.h_dest, to);
    return bpf_skb_store_bytes(skb, 0, &a->eth, sizeof(a->eth), 0) ? DROP(step_lost) : VERDICT_NEXT;
}

/* Whether the frame came in the name of a shared record's instance: its receiver sees the record's MAC, or
 * its own router's, as from any other. */
INLINE int take_sender(struct arrival* a, const struct weft_local* local) {
    const __u32 member = named_member(a->eth.h_source);
    if (!member) return VERDICT_NEXT;
    const struct weft_overlay_key address = {.gni = a->source_gni, .address = a->packet.source.address};
    const struct weft_mapping* mapping = find_mapping(&address);
    if (!mapping || !(mapping->flags & WEFT_MAPPING_SPREAD)) return VERDICT_NEXT;
    copy_mac(a->eth.h_source, inside_subnet(&a->packet, local) ? mapping->mac : local->router_mac);
    return hear_member(mapping->record, member);
}

INLINE int hand_over(struct __sk_buff* skb, const struct weft_local* local, const struct arrival* a) {
    int verdict = deliver(skb, local);
    if (verdict >= 0 && (local->flags & WEFT_PORT_WATCH_RX))
        tell_delivered(skb, local, a->gni, a->host, a->framework);
    return verdict;
}

INLINE int receive(struct __sk_buff* skb, struct view* v, struct arrival* a) {
    struct weft_local* local;
    int verdict = find_arrival_receiver(v, a, &local);
    if (verdict != VERDICT_NEXT) return verdict;
    if (local->flags & WEFT_PORT_CAPTURE) capture(skb, skb->len, local->record, WEFT_RX, WEFT_CAPTURE_OUTER);
    verdict = filter_rx(skb, &a->packet, local, a->tag, v->length - a->strip);
    if (verdict == VERDICT_NEXT) verdict = take_sender(a, local);
    if (verdict != VERDICT_NEXT) return verdict;
    *v = view_skb(skb);
    verdict = mark_congestion(v, a);
    if (verdict != VERDICT_NEXT) return verdict;
    verdict = decapsulate(skb, a);
    if (verdict != VERDICT_NEXT) return verdict;
    verdict = write_ethernet(skb, a, local->mac);
    if (verdict != VERDICT_NEXT) return verdict;
    return hand_over(skb, local, a);
}

/* The same for what is decapsulated already. */
INLINE int receive_inner(struct __sk_buff* skb, struct arrival* a) {
    struct weft_local* local;
    struct view v = view_skb(skb);
    const struct ethhdr* eth = v.data;
    if ((const void*)(eth + 1) > v.end) return DROP(step_lost);
    int verdict = parse_inner(&v, eth, 0, v.length - sizeof(*eth), a);
    if (verdict != VERDICT_NEXT) return verdict == VERDICT_PULL ? DROP(step_lost) : verdict;
    a->eth = *eth;
    verdict = find_arrival_receiver(&v, a, &local);
    if (verdict != VERDICT_NEXT) return verdict;
    verdict = filter_rx(skb, &a->packet, local, a->tag, v.length);
    if (verdict != VERDICT_NEXT) return verdict;
    if ((local->flags & WEFT_PORT_SPREAD) || named_member(a->eth.h_source)) {
        verdict = take_sender(a, local);
        if (verdict == VERDICT_NEXT) verdict = write_ethernet(skb, a, local->mac);
        if (verdict != VERDICT_NEXT) return verdict;
    }
    return hand_over(skb, local, a);
}
