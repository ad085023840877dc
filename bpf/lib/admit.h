/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* admit: whose frame is it, may it send, and is it what it claims to be (requirement 4.3). */
#pragma once

#include "lib/filter.h"
#include "lib/lookup.h"
#include "lib/port.h"
#include "lib/state.h"
#include "lib/step.h"

/* Whether the address is one of the sending record's own; `primary` is the first of them. */
INLINE int owns(const struct step* s, const struct weft_address* primary,
                const struct weft_overlay_key* key) {
    if (same_address(&key->address, primary)) return 1;
    const struct weft_local* local = find_local(key);
    return local && local->record == s->record;
}

INLINE int on_link_ipv4(__be32 a, __be32 b, __u8 bits) {
    __be32 mask = bpf_htonl((__u32)(0xffffffffULL << (32 - (bits & 63))));
    return bits <= 32 && !((a ^ b) & mask);
}

INLINE void remember_port(struct step* s, const struct weft_port* port) {
    s->record = port->record;
    s->gni = port->gni;
    s->tag = port->tag;
    s->table = port->table;
    s->max_overhead = port->max_overhead;
    s->router = port->router;
    copy_mac(s->mac, port->mac);
    copy_mac(s->router_mac, port->router_mac);
}

INLINE int admit_ipv4(const struct view* v, struct step* s, const struct weft_port* port) {
    const struct ethhdr* eth = v->data;
    struct packet* p = &s->packet;
    int verdict = parse_ipv4(v, eth + 1, sizeof(*eth), v->length - sizeof(*eth), s->gni, 0, p);
    if (verdict != VERDICT_NEXT) return verdict == VERDICT_PULL ? DROP(step_lost) : verdict;
    if ((port->flags & WEFT_PORT_SOURCE_DEST_CHECK) && !owns(s, &port->address, &p->source))
        return DROP(source_address);
    __be32 destination = p->destination.address.word[3];
    __be32 router = port->router.word[3];
    if ((eth->h_dest[0] & 1) || ipv4_group(destination)) return DROP(multicast);
    s->to_router = destination == router;
    s->routed =
        same_mac(eth->h_dest, port->router_mac) || !on_link_ipv4(destination, router, port->subnet_bits);
    return VERDICT_NEXT;
}

INLINE int admit(struct __sk_buff* skb, struct step* s) {
    struct view v = view_skb(skb);
    const struct ethhdr* eth = v.data;
    struct weft_port* port;
    if ((const void*)(eth + 1) > v.end) return DROP(ethernet_truncated);
    int verdict = find_port(skb, &v, &port);
    if (verdict != VERDICT_NEXT) return verdict;
    remember_port(s, port);
    verdict = check_transmit(port);
    if (verdict != VERDICT_NEXT) return verdict;
    if (!same_mac(eth->h_source, port->mac)) return DROP(source_mac);
    if (eth->h_proto == bpf_htons(ETH_P_IP)) {
        verdict = admit_ipv4(&v, s, port);
        return verdict == VERDICT_NEXT && !s->to_router ? filter_tx(skb, s, port) : verdict;
    }
    if (eth->h_proto != bpf_htons(ETH_P_ARP)) return DROP(ethertype);
    s->address = port->address;
    return VERDICT_SERVICE;
}
