/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The size of the IP packets that a frame becomes: of the largest segment, or of the packet itself. */
#pragma once

#include "lib/ip.h"

/* Segments carry the headers up to the payload; only TCP's length varies. */
INLINE __u32 ip_size(const struct view* v, const struct packet* p) {
    if (!v->gso) return v->length - p->offset;
    __u32 header = p->l4 - p->offset;
    if (p->protocol != IPPROTO_TCP) return header + sizeof(struct udphdr) + v->gso;
    const __u8* tcp = l4_header(v, p);
    if ((const void*)(tcp + 13) > v->end) return header + 60 + v->gso;
    return header + (tcp[12] >> 4) * 4 + v->gso;
}
