/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The entropy of an inner flow, for the outer UDP source port (RFC 8926, 3.3; RFC 7348, 5). */
#pragma once

#include "lib/packet.h"

INLINE __u32 mix(__u32 hash, __u32 word) {
    hash = (hash ^ word) * 0x9e3779b1;
    return hash ^ (hash >> 15);
}

/* Fragments of one packet get one value: ports count only where no fragment could lack them. */
INLINE __u32 flow_hash(const struct view* v, const struct iphdr* ip) {
    __u32 hash = mix(mix(ip->protocol, ip->saddr), ip->daddr);
    const __u32* ports = (const void*)ip + ip->ihl * 4;
    if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) return hash;
    if (ip->frag_off & bpf_htons(IPV4_FRAGMENT)) return hash;
    if ((const void*)(ports + 1) > v->end) return hash;
    return mix(hash, *ports);
}

/* In the dynamic range 49152 to 65535. */
INLINE __be16 entropy_port(__u32 hash) { return bpf_htons(0xc000 | (hash >> 18)); }
