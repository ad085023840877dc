/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The entropy of an inner flow, for the outer UDP source port (RFC 8926, 3.3; RFC 7348, 5). */
#pragma once

#include "lib/ip.h"

INLINE __u32 mix(__u32 hash, __u32 word) {
    hash = (hash ^ word) * 0x9e3779b1;
    return hash ^ (hash >> 15);
}

/* Of IPv4 only the last word differs. */
INLINE __u32 mix_address(__u32 hash, const struct packet* p, const struct weft_address* a) {
    if (p->flags & PACKET_IPV6) hash = mix(mix(mix(hash, a->word[0]), a->word[1]), a->word[2]);
    return mix(hash, a->word[3]);
}

/* Fragments of one packet get one value: ports count only where no fragment could lack them. */
INLINE __u32 flow_hash(const struct view* v, const struct packet* p) {
    __u32 hash = mix_address(p->protocol, p, &p->source.address);
    hash = mix_address(hash, p, &p->destination.address);
    if (p->protocol != IPPROTO_TCP && p->protocol != IPPROTO_UDP) return hash;
    if (p->flags & PACKET_FRAGMENT) return hash;
    const __u32* ports = l4_header(v, p);
    if ((const void*)(ports + 1) > v->end) return hash;
    return mix(hash, *ports);
}

/* In the dynamic range 49152 to 65535. */
INLINE __be16 entropy_port(__u32 hash) { return bpf_htons(0xc000 | (hash >> 18)); }
