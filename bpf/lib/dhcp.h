/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What DHCP clients send to servers (RFC 2131, 4.1; RFC 8415, 7). */
#pragma once

#include "lib/link_local.h"

#define DHCP4_SERVER 67
#define DHCP4_CLIENT 68
#define DHCP6_SERVER 547
#define DHCP6_CLIENT 546

/* A whole datagram to all or to the router. Whoever sends it may have no address yet. */
INLINE int asks_dhcp(const struct view* v, const struct packet* p, __be32 router) {
    __be32 destination = p->destination.address.word[3];
    if (p->protocol != IPPROTO_UDP || (p->flags & PACKET_FRAGMENT)) return 0;
    if (destination != bpf_htonl(INADDR_BROADCAST) && destination != router) return 0;
    const struct udphdr* udp = l4_header(v, p);
    return (const void*)(udp + 1) <= v->end && udp->source == bpf_htons(DHCP4_CLIENT) &&
           udp->dest == bpf_htons(DHCP4_SERVER);
}

/* Whether it is for a port of DHCPv6, whoever sends it. */
INLINE int is_dhcp6(const struct view* v, const struct packet* p) {
    __be16 port;
    return p->protocol == IPPROTO_UDP && has_l4(p) &&
           !view_load(v, p->l4 + offsetof(struct udphdr, dest), &port, sizeof(port)) &&
           (port == bpf_htons(DHCP6_SERVER) || port == bpf_htons(DHCP6_CLIENT));
}

/* A whole datagram of a client, from its link-local address to all servers of its link. */
INLINE int asks_dhcp6(const struct view* v, const struct step* s) {
    const struct packet* p = &s->packet;
    const struct weft_address* source = &p->source.address;
    const struct weft_address servers = {.word = {bpf_htonl(0xff020000), 0, 0, bpf_htonl(0x10002)}};
    struct udphdr udp;
    if ((p->flags & PACKET_FRAGMENT) || view_load(v, p->l4, &udp, sizeof(udp)) ||
        udp.source != bpf_htons(DHCP6_CLIENT) || udp.dest != bpf_htons(DHCP6_SERVER))
        return 0;
    return same_address(&p->destination.address, &servers) && is_link_local(source) &&
           !is_anothers(s, source);
}
