/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* admit: whose frame is it, may it send, and is it what it claims to be (requirement 4.3). */
#pragma once

#include "lib/capture.h"
#include "lib/dhcp.h"
#include "lib/filter.h"
#include "lib/lookup.h"
#include "lib/port.h"
#include "lib/state.h"
#include "lib/step.h"
#include "lib/subnet.h"
#include "lib/trace.h"

/* Whether the address is one of the sending record's own; `primary` is the first of them. */
INLINE int owns(const struct step* s, const struct weft_address* primary,
                const struct weft_overlay_key* key) {
    if (same_address(&key->address, primary)) return 1;
    const struct weft_local* local = find_local(key);
    return local && local->record == s->record;
}

INLINE void remember_port(struct step* s, const struct weft_port* port) {
    s->record = port->record;
    s->gni = port->gni;
    s->tag = port->tag;
    s->table = port->table;
    s->own_table = port->own_table;
    s->max_overhead = port->max_overhead;
    s->flags = port->flags;
    s->flow = WEFT_EVENT_FLOW_NONE;
    s->rule_of = 0;
    s->member = port->flags & WEFT_PORT_SPREAD ? weft_member_id(port->attachment) : 0;
    copy_mac(s->mac, port->mac);
    copy_mac(s->router_mac, port->router_mac);
    note(WEFT_TRACE_PORT, port->record, port->gni);
}

INLINE void remember_addresses(struct step* s, const struct weft_address* address,
                               const struct weft_address* router) {
    s->address = *address;
    s->router = *router;
}

INLINE int admit_ipv4(const struct view* v, struct step* s, const struct weft_port* port) {
    const struct ethhdr* eth = v->data;
    struct packet* p = &s->packet;
    int verdict = parse_ipv4(v, eth + 1, sizeof(*eth), v->length - sizeof(*eth), s->gni, 0, p);
    if (verdict != VERDICT_NEXT) return verdict == VERDICT_PULL ? DROP(step_lost) : verdict;
    __be32 destination = p->destination.address.word[3];
    __be32 router = port->router.word[3];
    int dhcp = asks_dhcp(v, p, router);
    if (dhcp && !p->source.address.word[3]) return VERDICT_PUNT;
    if ((port->flags & WEFT_PORT_SOURCE_DEST_CHECK) && !owns(s, &port->address, &p->source))
        return DROP(source_address);
    if (dhcp) return VERDICT_PUNT;
    if ((eth->h_dest[0] & 1) || ipv4_group(destination)) return DROP(multicast);
    s->router = port->router;
    s->to_router = destination == router;
    s->routed =
        same_mac(eth->h_dest, port->router_mac) || !same_subnet4(destination, router, port->subnet_bits);
    return VERDICT_NEXT;
}

/* Link-local addresses serve neighbour discovery and DHCPv6 alone; discovery has checks of its own. */
INLINE int admit_ipv6(const struct view* v, struct step* s, const struct weft_port* port) {
    const struct ethhdr* eth = v->data;
    struct packet* p = &s->packet;
    const struct weft_address* destination = &p->destination.address;
    int verdict = parse_ipv6(v, eth + 1, sizeof(*eth), v->length - sizeof(*eth), s->gni, 0, p);
    if (verdict != VERDICT_NEXT) return verdict == VERDICT_PULL ? DROP(step_lost) : verdict;
    remember_addresses(s, &port->address6, &port->router6);
    if (is_discovery(v, p)) return VERDICT_SERVICE;
    int local = is_link_local(&p->source.address) || is_link_local(destination);
    if ((local || ipv6_group(destination)) && is_dhcp6(v, p))
        return asks_dhcp6(v, s) ? VERDICT_PUNT : DROP(dhcp6);
    if ((eth->h_dest[0] & 1) || ipv6_group(destination)) return DROP(multicast);
    if (local) return DROP(link_local);
    if ((port->flags & WEFT_PORT_SOURCE_DEST_CHECK) && !owns(s, &port->address6, &p->source))
        return DROP(source_address);
    s->to_router = same_address(destination, &port->router6);
    s->routed = same_mac(eth->h_dest, port->router_mac) ||
                !same_subnet6(destination, &port->router6, port->subnet6_bits);
    return VERDICT_NEXT;
}

INLINE int admit(struct __sk_buff* skb, struct step* s) {
    struct view v = view_skb(skb);
    const struct ethhdr* eth = v.data;
    struct weft_port* port;
    if ((const void*)(eth + 1) > v.end) return DROP(ethernet_truncated);
    int verdict = find_port(skb, &v, s->vlan, &port);
    if (verdict != VERDICT_NEXT) return verdict;
    remember_port(s, port);
    if (s->flags & WEFT_PORT_CAPTURE) capture(skb, skb->len, s->record, WEFT_TX, WEFT_CAPTURE_INNER);
    verdict = check_transmit(port);
    if (verdict != VERDICT_NEXT) return verdict;
    if (!same_mac(eth->h_source, port->mac)) return DROP(source_mac);
    if (skb->vlan_present) return DROP(ethertype); /* another tag was inside the first */
    int ipv4 = eth->h_proto == bpf_htons(ETH_P_IP);
    if (ipv4 || eth->h_proto == bpf_htons(ETH_P_IPV6)) {
        verdict = ipv4 ? admit_ipv4(&v, s, port) : admit_ipv6(&v, s, port);
        return verdict == VERDICT_NEXT && !s->to_router ? filter_tx(skb, s, port) : verdict;
    }
    if (eth->h_proto != bpf_htons(ETH_P_ARP)) return DROP(ethertype);
    remember_addresses(s, &port->address, &port->router);
    return VERDICT_SERVICE;
}
