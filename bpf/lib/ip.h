/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the IP headers of a packet say: parsed once where it enters, handed on in scratch. */
#pragma once

#include "lib/extension.h"
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
    __u8 hops;             /* TTL or hop limit */
    __u8 tos;              /* or traffic class */
    __u8 flags;            /* packet_flag */
};

enum packet_flag {
    PACKET_FRAGMENT = 1 << 0, /* one of several: more follow, or an offset */
    PACKET_MORE = 1 << 1,     /* more follow */
    PACKET_IPV6 = 1 << 2,
    PACKET_EXTENDED = 1 << 3, /* with IPv6 extension headers: `l4` may lie beyond the linear part */
};

#define L3_MASK 0x1ff /* bounds offsets of scratch for the verifier: 14 + 60 + 8 + 260 + 14 at most */
#define L4_READ 20    /* bytes of layer 4 that are read: TCP without options */

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
        p->fragment_id = ip->id;
        p->fragment_offset = (fragment & IPV4_OFFSET) * 8;
        p->flags = PACKET_FRAGMENT | (fragment & IPV4_MORE ? PACKET_MORE : 0);
    }
    return VERDICT_NEXT;
}

INLINE int parse_extensions(const struct view* v, int inner, struct packet* p) {
    struct extensions* e = scratch_extensions();
    if (!e) return DROP(step_lost);
    *e = (struct extensions){.offset = p->l4, .end = p->offset + p->length, .protocol = p->protocol};
    int walk = v->xdp ? walk_xdp(v->context) : walk_skb(v->context);
    if (walk == WALK_ROUTING) return IP_DROP(inner, ip6_routing);
    if (walk == WALK_MALFORMED) return IP_DROP(inner, ip_malformed);
    if (walk != WALK_DONE) return IP_DROP(inner, ip6_extensions);
    p->l4 = e->offset;
    p->protocol = e->protocol;
    p->fragment_id = e->fragment_id;
    p->fragment_offset = e->fragment & IPV6_FRAGMENT_OFFSET;
    p->flags |= PACKET_EXTENDED | (e->fragment ? PACKET_FRAGMENT : 0) |
                (e->fragment & IPV6_FRAGMENT_MORE ? PACKET_MORE : 0);
    return VERDICT_NEXT;
}

/* An IPv4 address in IPv6 form names IPv4's holder in every map: it must not come in from outside. */
INLINE int parse_ipv6(const struct view* v, const void* at, __u32 offset, __u32 room, __u32 gni, int inner,
                      struct packet* p) {
    const struct ipv6hdr* ip = at;
    if (room < sizeof(*ip)) return IP_DROP(inner, ip_truncated);
    if ((const void*)(ip + 1) > v->end) return VERDICT_PULL;
    __u32 total = sizeof(*ip) + bpf_ntohs(ip->payload_len);
    if (ip->version != 6 || total > room) return IP_DROP(inner, ip_malformed);
    p->source = overlay_ipv6(gni, &ip->saddr);
    p->destination = overlay_ipv6(gni, &ip->daddr);
    if (is_mapped(&p->source.address) || is_mapped(&p->destination.address))
        return IP_DROP(inner, ip6_mapped);
    p->offset = offset;
    p->l4 = offset + sizeof(*ip);
    p->length = total;
    p->protocol = ip->nexthdr;
    p->hops = ip->hop_limit;
    p->tos = ipv6_tos(ip);
    p->fragment_offset = 0;
    p->flags = PACKET_IPV6;
    return is_extension(p->protocol) ? parse_extensions(v, inner, p) : VERDICT_NEXT;
}

INLINE __be16 ethertype(const struct packet* p) {
    return p->flags & PACKET_IPV6 ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_IP);
}

/* Whether the packet holds a layer 4 header at `l4` at all: later fragments do not. */
INLINE int has_l4(const struct packet* p) { return !p->fragment_offset; }

/* The layer 4 header; what is read of it must be checked against the end of the
 * view. */
INLINE void* l4_header(const struct view* v, const struct packet* p) { return v->data + (p->l4 & L4_MASK); }

/* Brings layer 4 into the linear part where extension headers may have pushed it out. */
INLINE void pull_l4(struct __sk_buff* skb, const struct packet* p) {
    if (p->flags & PACKET_EXTENDED) pull(skb, p->l4 + L4_READ);
}

/* Neighbour and router discovery, redirects: ICMPv6 that never leaves a link (RFC 4861). */
INLINE int is_discovery(const struct view* v, const struct packet* p) {
    __u8 type;
    if (!(p->flags & PACKET_IPV6) || p->protocol != IPV6_ICMP || !has_l4(p)) return 0;
    if (view_load(v, p->l4, &type, sizeof(type))) return 0;
    return type >= 133 && type <= 137;
}

/* `at` is the IP header. */
INLINE void decrement_hops(void* at, const struct packet* p) {
    if (p->flags & PACKET_IPV6)
        ((struct ipv6hdr*)at)->hop_limit--;
    else
        ipv4_decrement_ttl(at);
}
