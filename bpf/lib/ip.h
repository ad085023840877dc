/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the IP headers of a packet say: parsed once where it enters, handed on in scratch. */
#pragma once

#include "lib/packet.h"
#include "lib/verdict.h"

struct packet {
    struct weft_overlay_key source; /* with the GNI: the key of most lookups */
    struct weft_overlay_key destination;
    __u32 fragment_id;     /* as on the wire; of a fragment alone */
    __u16 offset;          /* of the IP header, from the start of the frame */
    __u16 l4;              /* of what follows the last IP header, from the start of the frame */
    __u16 length;          /* from the IP header on, as it says */
    __u16 fragment_offset; /* bytes; what is not zero has no layer 4 header */
    __u8 protocol;         /* of what follows the last IP header */
    __u8 hops;             /* TTL */
    __u8 tos;
    __u8 flags; /* packet_flag */
};

enum packet_flag {
    PACKET_FRAGMENT = 1 << 0, /* one of several: more follow, or an offset */
    PACKET_MORE = 1 << 1,     /* more follow */
};

#define L3_MASK 0x1ff /* bounds offsets of scratch for the verifier: 14 + 60 + 8 + 260 + 14 at most */
#define L4_MASK 0x7ff

/* Where parsing failed; `inner` is a constant. */
#define IP_DROP(inner, reason) ((inner) ? DROP(inner_##reason) : DROP(reason))

/* `at` is `offset` bytes into the frame, `room` what the packet holds from there on. */
INLINE int parse_ipv4(const struct view* v, const void* at, __u32 offset, __u32 room, __u32 gni, int inner,
                      struct packet* p) {
    const struct iphdr* ip = at;
    if (room < sizeof(*ip)) return IP_DROP(inner, ip_truncated);
    if ((const void*)(ip + 1) > v->end) return VERDICT_PULL;
    __u32 header = ip->ihl * 4;
    __u32 total = bpf_ntohs(ip->tot_len);
    if (ip->version != 4 || header < sizeof(*ip) || total < header || total > room)
        return IP_DROP(inner, ip_malformed);
    p->source = overlay_ipv4(gni, ip->saddr);
    p->destination = overlay_ipv4(gni, ip->daddr);
    p->offset = offset;
    p->l4 = offset + header;
    p->length = total;
    p->protocol = ip->protocol;
    p->hops = ip->ttl;
    p->tos = ip->tos;
    p->fragment_offset = 0;
    p->flags = 0;
    if (ip->frag_off & bpf_htons(IPV4_FRAGMENT)) {
        __u32 fragment = bpf_ntohs(ip->frag_off);
        p->fragment_id = bpf_ntohs(ip->id);
        p->fragment_offset = (fragment & IPV4_OFFSET) * 8;
        p->flags = PACKET_FRAGMENT | (fragment & IPV4_MORE ? PACKET_MORE : 0);
    }
    return VERDICT_NEXT;
}

/* Whether the packet holds a layer 4 header at `l4` at all: later fragments do not. */
INLINE int has_l4(const struct packet* p) { return !p->fragment_offset; }

/* The layer 4 header; what is read of it must be checked against the end of the view. */
INLINE void* l4_header(const struct view* v, const struct packet* p) { return v->data + (p->l4 & L4_MASK); }
