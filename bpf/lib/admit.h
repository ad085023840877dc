/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* admit: whose frame is it, may it send, and is it what it claims to be (requirement 4.3). */
#pragma once

#include "lib/lookup.h"
#include "lib/port.h"
#include "lib/state.h"
#include "lib/step.h"

/* Whether the address is one of the sending record's own. */
INLINE int owns(const struct step* s, __be32 address) {
    if (address == s->address) return 1;
    const struct weft_local* local = find_local(s->gni, address);
    return local && local->record == s->record;
}

INLINE int on_link(const struct step* s, __u8 bits) {
    __be32 mask = bpf_htonl((__u32)(0xffffffffULL << (32 - (bits & 63))));
    return bits <= 32 && !((s->destination ^ s->router) & mask);
}

INLINE void remember_port(struct step* s, const struct weft_port* port) {
    s->gni = port->gni;
    s->tag = port->tag;
    s->table = port->table;
    s->max_overhead = port->max_overhead;
    s->address = port->address.word[3];
    s->router = port->router.word[3];
    copy_mac(s->mac, port->mac);
    copy_mac(s->router_mac, port->router_mac);
}

INLINE int admit_ipv4(const struct view* v, struct step* s, const struct weft_port* port) {
    const struct ethhdr* eth = v->data;
    const struct iphdr* ip = (const void*)(eth + 1);
    if ((const void*)(ip + 1) > v->end) return DROP(ip_truncated);
    __u32 header = ip->ihl * 4;
    __u32 total = bpf_ntohs(ip->tot_len);
    if (ip->version != 4 || header < sizeof(*ip) || total < header || total > v->length - sizeof(*eth))
        return DROP(ip_malformed);
    s->source = ip->saddr;
    s->destination = ip->daddr;
    if ((port->flags & WEFT_PORT_SOURCE_DEST_CHECK) && !owns(s, ip->saddr)) return DROP(source_address);
    if ((eth->h_dest[0] & 1) || ipv4_group(ip->daddr)) return DROP(multicast);
    s->on_link = on_link(s, port->subnet_bits);
    s->to_router = same_mac(eth->h_dest, port->router_mac);
    return VERDICT_NEXT;
}

INLINE int admit(const struct __sk_buff* skb, struct step* s) {
    struct view v = view_skb(skb);
    const struct ethhdr* eth = v.data;
    struct weft_port* port;
    if ((const void*)(eth + 1) > v.end) return DROP(ethernet_truncated);
    int verdict = find_port(skb, &v, &port);
    if (verdict != VERDICT_NEXT) return verdict;
    s->record = port->record;
    remember_port(s, port);
    verdict = check_transmit(port);
    if (verdict != VERDICT_NEXT) return verdict;
    if (!same_mac(eth->h_source, port->mac)) return DROP(source_mac);
    if (eth->h_proto == bpf_htons(ETH_P_IP)) return admit_ipv4(&v, s, port);
    return eth->h_proto == bpf_htons(ETH_P_ARP) ? VERDICT_SERVICE : DROP(ethertype);
}
