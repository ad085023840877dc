/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The outer headers of what arrives: is it ours, and is it whole. Ours is a framework's port at an own
 * address. */
#pragma once

#include "lib/arrival.h"
#include "lib/framework/table.h"
#include "lib/maps.h"

#define IPV6_FRAGMENT_SIZE 8

struct outer {
    struct weft_address source;
    __u32 offset;  /* of the UDP header */
    __u32 payload; /* bytes from the UDP header on, as the IP header says */
    __u16 length;  /* as the UDP header says */
    __be16 port;
    __u8 fragment; /* the first of several */
};

#define OUTER_OFFSET_MASK 0x7f /* bounds the offset for the verifier: 14 + 60 at most */

INLINE int own_ipv4(__be32 address) {
    __u32 zero = 0;
    const struct weft_own* own = bpf_map_lookup_elem(&WEFT_OWN_MAP, &zero);
    if (!own || !address) return 0;
    return address == own->v4[0] || address == own->v4[1] || address == own->v4[2] || address == own->v4[3];
}

INLINE int own_ipv6(const struct weft_address* address) {
    __u32 zero = 0;
    const struct weft_own* own = bpf_map_lookup_elem(&WEFT_OWN_MAP, &zero);
    if (!own || is_unspecified(address)) return 0;
    return same_address(address, &own->v6[0]) || same_address(address, &own->v6[1]) ||
           same_address(address, &own->v6[2]) || same_address(address, &own->v6[3]);
}

INLINE int outer_udp(const struct view* v, __u32 offset, struct outer* o) {
    const struct udphdr* udp = v->data + (offset & OUTER_OFFSET_MASK);
    if (offset + sizeof(*udp) > v->length) return VERDICT_NOT_OURS;
    if ((const void*)(udp + 1) > v->end) return VERDICT_PULL;
    o->offset = offset;
    o->length = bpf_ntohs(udp->len);
    o->port = udp->dest;
    return framework_owns_port(o->port) ? VERDICT_NEXT : VERDICT_NOT_OURS;
}

/* Later fragments carry no port: they are left to the host, whose reassembly never completes. */
INLINE int outer_ipv4(const struct view* v, struct outer* o, struct arrival* a) {
    const struct iphdr* ip = v->data + ETH_HLEN;
    if (ETH_HLEN + sizeof(*ip) > v->length) return VERDICT_NOT_OURS;
    if ((const void*)(ip + 1) > v->end) return VERDICT_PULL;
    __u32 header = ip->ihl * 4;
    if (ip->version != 4 || header < sizeof(*ip) || ip->protocol != IPPROTO_UDP) return VERDICT_NOT_OURS;
    if (ip->frag_off & bpf_htons(IPV4_OFFSET)) return VERDICT_NOT_OURS;
    int verdict = outer_udp(v, ETH_HLEN + header, o);
    if (verdict != VERDICT_NEXT) return verdict;
    if (!own_ipv4(ip->daddr)) return VERDICT_NOT_OURS;
    o->source = mapped(ip->saddr);
    o->payload = bpf_ntohs(ip->tot_len) - header;
    o->fragment = (ip->frag_off & bpf_htons(IPV4_FRAGMENT)) != 0;
    a->outer_tos = ip->tos;
    return VERDICT_NEXT;
}

INLINE int outer_ipv6(const struct view* v, struct outer* o, struct arrival* a) {
    const struct ipv6hdr* ip = v->data + ETH_HLEN;
    const __be16* fragment = (const void*)(ip + 1);
    __u32 header = sizeof(*ip);
    if (ETH_HLEN + header > v->length) return VERDICT_NOT_OURS;
    if ((const void*)(ip + 1) > v->end) return VERDICT_PULL;
    __u8 protocol = ip->nexthdr;
    if (protocol == IPV6_FRAGMENT) {
        header += IPV6_FRAGMENT_SIZE;
        if (ETH_HLEN + header > v->length) return VERDICT_NOT_OURS;
        if ((const void*)fragment + IPV6_FRAGMENT_SIZE > v->end) return VERDICT_PULL;
        if (fragment[1] & bpf_htons(IPV6_FRAGMENT_OFFSET)) return VERDICT_NOT_OURS;
        protocol = *(const __u8*)fragment;
        o->fragment = 1;
    }
    if (ip->version != 6 || protocol != IPPROTO_UDP) return VERDICT_NOT_OURS;
    int verdict = outer_udp(v, ETH_HLEN + header, o);
    if (verdict != VERDICT_NEXT) return verdict;
    if (!own_ipv6((const void*)&ip->daddr)) return VERDICT_NOT_OURS;
    o->source = *(const struct weft_address*)&ip->saddr;
    o->payload = bpf_ntohs(ip->payload_len) + sizeof(*ip) - header;
    a->outer_tos = ipv6_tos(ip);
    a->ipv6 = 1;
    return VERDICT_NEXT;
}

/* The lengths that the headers claim lie in the packet; of one segmented later they are not yet final. */
INLINE int outer_lengths(const struct view* v, const struct outer* o) {
    if (v->gso) return VERDICT_NEXT;
    if (o->payload > v->length - o->offset) return DROP(outer_truncated);
    return o->length < sizeof(struct udphdr) || o->length > o->payload ? DROP(outer_length) : VERDICT_NEXT;
}

INLINE int outer_parse(const struct view* v, struct outer* o, struct arrival* a) {
    const struct ethhdr* eth = v->data;
    if ((const void*)(eth + 1) > v->end) return VERDICT_NOT_OURS;
    int verdict = VERDICT_NOT_OURS;
    if (eth->h_proto == bpf_htons(ETH_P_IP)) verdict = outer_ipv4(v, o, a);
    if (eth->h_proto == bpf_htons(ETH_P_IPV6)) verdict = outer_ipv6(v, o, a);
    if (verdict != VERDICT_NEXT) return verdict;
    if (o->fragment) return DROP(outer_fragment);
    return outer_lengths(v, o);
}
