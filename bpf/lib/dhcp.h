/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a DHCP client sends to a server (RFC 2131, 4.1). */
#pragma once

#include "lib/ip.h"

#define DHCP4_SERVER 67
#define DHCP4_CLIENT 68

/* A whole datagram to all or to the router. Whoever sends it may have no address yet. */
INLINE int asks_dhcp(const struct view* v, const struct packet* p, __be32 router) {
    __be32 destination = p->destination.address.word[3];
    if (p->protocol != IPPROTO_UDP || (p->flags & PACKET_FRAGMENT)) return 0;
    if (destination != bpf_htonl(INADDR_BROADCAST) && destination != router) return 0;
    const struct udphdr* udp = l4_header(v, p);
    return (const void*)(udp + 1) <= v->end && udp->source == bpf_htons(DHCP4_CLIENT) &&
           udp->dest == bpf_htons(DHCP4_SERVER);
}
