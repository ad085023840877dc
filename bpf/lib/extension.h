/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* IPv6 extension headers (RFC 8200, section 4): walked to the one that follows the last of them. */
#pragma once

#include "lib/packet.h"

#define EXTENSIONS_MAX 6 /* headers of one packet */
#define EXTENSION_SIZE 8 /* of the smallest one, and of what is read of each */
#define L4_MASK 0x7ff    /* bounds the offset of layer 4 for the verifier */

enum ipv6_header {
    IPV6_HOP_BY_HOP = 0,
    IPV6_ROUTING = 43,
    IPV6_FRAGMENT = 44,
    IPV6_AUTHENTICATION = 51,
    IPV6_ICMP = 58,
    IPV6_DESTINATION = 60,
};

enum walk {
    WALK_DONE,
    WALK_MALFORMED, /* a header reaches beyond the packet */
    WALK_ROUTING,   /* a routing header of type 0 (RFC 5095) */
    WALK_BEYOND,    /* too many, too long or out of order */
};

/* What a walk begins with and what it finds. */
struct extensions {
    __u32 offset; /* of the next header, at last of layer 4, from the start of the frame */
    __u32 end;    /* of the IP packet */
    __be32 fragment_id;
    __u16 fragment; /* offset and flag of the fragment header; zero if there is none, or nothing to join */
    __u8 protocol;  /* of what is at `offset` */
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct extensions);
} weft_extensions SEC(".maps");

INLINE struct extensions* scratch_extensions(void) {
    __u32 zero = 0;
    return bpf_map_lookup_elem(&weft_extensions, &zero);
}

INLINE int is_extension(__u8 protocol) {
    return protocol == IPV6_HOP_BY_HOP || protocol == IPV6_ROUTING || protocol == IPV6_FRAGMENT ||
           protocol == IPV6_AUTHENTICATION || protocol == IPV6_DESTINATION;
}

/* One header: `head` is its start, `e` stands on it and moves to the next one. */
INLINE int step_over(struct extensions* e, const __u8 head[EXTENSION_SIZE], int first) {
    __u32 size = (head[1] + 1) * 8;
    switch (e->protocol) {
        case IPV6_HOP_BY_HOP:
            if (!first) return WALK_BEYOND;
            break;
        case IPV6_ROUTING:
            if (!head[2]) return WALK_ROUTING;
            break;
        case IPV6_FRAGMENT:
            if (e->fragment) return WALK_BEYOND;
            e->fragment = (head[2] << 8 | head[3]) & (IPV6_FRAGMENT_OFFSET | IPV6_FRAGMENT_MORE);
            e->fragment_id = *(const __be32*)(head + 4);
            size = EXTENSION_SIZE;
            break;
        case IPV6_AUTHENTICATION: size = (head[1] + 2) * 4; break;
    }
    e->protocol = head[0];
    e->offset += size;
    if (e->offset > e->end) return WALK_MALFORMED;
    return e->offset > L4_MASK ? WALK_BEYOND : WALK_DONE;
}

/* Later fragments end the walk: what follows in them is not a header. */
#define WALK_EXTENSIONS(load)                                                    \
    struct extensions* e = scratch_extensions();                                 \
    if (!e) return WALK_BEYOND;                                                  \
    for (int i = 0; i < EXTENSIONS_MAX; i++) {                                   \
        __u8 head[EXTENSION_SIZE] __attribute__((aligned(8)));                   \
        if (!is_extension(e->protocol)) return WALK_DONE;                        \
        if (e->fragment & IPV6_FRAGMENT_OFFSET) return WALK_DONE;                \
        if (e->offset + EXTENSION_SIZE > e->end) return WALK_MALFORMED;          \
        if (load(context, e->offset, head, sizeof(head))) return WALK_MALFORMED; \
        int walk = step_over(e, head, i == 0);                                   \
        if (walk != WALK_DONE) return walk;                                      \
    }                                                                            \
    return is_extension(e->protocol) && !(e->fragment & IPV6_FRAGMENT_OFFSET) ? WALK_BEYOND : WALK_DONE

/* Functions of their own, which the verifier checks once; a program has the one of its context. */
__attribute__((noinline)) int walk_skb(struct __sk_buff* context) { WALK_EXTENSIONS(bpf_skb_load_bytes); }
__attribute__((noinline)) int walk_xdp(struct xdp_md* context) { WALK_EXTENSIONS(bpf_xdp_load_bytes); }
