/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Headers in the packet and the two views of a packet that the hooks give. */
#pragma once

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "weft/abi/types.h"

#define INLINE static __attribute__((always_inline)) inline

#define MAC_SIZE 6
#define IPV4_TO_IPV6 20      /* bytes that bpf_skb_change_proto adds, or removes */
#define IPV4_FRAGMENT 0x3fff /* more fragments, or an offset */
#define IPV4_OFFSET 0x1fff   /* the offset alone, in 8 bytes */
#define IPV4_MORE 0x2000
#define IPV4_DONT_FRAGMENT 0x4000
#define IPV6_FRAGMENT_OFFSET 0xfff8
#define IPV6_FRAGMENT_MORE 1

struct view {
    void* data;
    void* end;
    __u32 length; /* of the packet, with what lies beyond `end` */
    __u32 gso;    /* size of a segment, 0: not segmented later */
    void* context;
    int xdp; /* the context is an xdp_md, not an __sk_buff */
};

INLINE struct view view_skb(const struct __sk_buff* skb) {
    return (struct view){
        .data = (void*)(long)skb->data,
        .end = (void*)(long)skb->data_end,
        .length = skb->len,
        .gso = skb->gso_size,
        .context = (void*)skb,
    };
}

/* Brings `bytes`, or what there is, into the linear part. */
INLINE void pull(struct __sk_buff* skb, __u32 bytes) {
    __u32 linear = skb->data_end - skb->data;
    if (bytes > skb->len) bytes = skb->len;
    if (linear < bytes) bpf_skb_pull_data(skb, bytes);
}

INLINE struct view view_xdp(const struct xdp_md* xdp) {
    struct view v = {
        .data = (void*)(long)xdp->data, .end = (void*)(long)xdp->data_end, .context = (void*)xdp, .xdp = 1};
    v.length = v.end - v.data;
    return v;
}

/* Copies bytes of the packet, wherever they lie; 0 is success. */
INLINE int view_load(const struct view* v, __u32 offset, void* to, __u32 size) {
    return v->xdp ? bpf_xdp_load_bytes(v->context, offset, to, size)
                  : bpf_skb_load_bytes(v->context, offset, to, size);
}

INLINE struct weft_address mapped(__be32 ipv4) {
    return (struct weft_address){.word = {0, 0, bpf_htonl(0xffff), ipv4}};
}

INLINE struct weft_overlay_key overlay_ipv4(__u32 gni, __be32 ipv4) {
    return (struct weft_overlay_key){.gni = gni, .address = mapped(ipv4)};
}

INLINE struct weft_overlay_key overlay_ipv6(__u32 gni, const void* address) {
    return (struct weft_overlay_key){.gni = gni, .address = *(const struct weft_address*)address};
}

INLINE int is_mapped(const struct weft_address* a) {
    return !a->word[0] && !a->word[1] && a->word[2] == bpf_htonl(0xffff);
}

INLINE int is_unspecified(const struct weft_address* a) {
    return !(a->word[0] | a->word[1] | a->word[2] | a->word[3]);
}

/* Multicast (RFC 4291, 2.7). */
INLINE int ipv6_group(const struct weft_address* a) { return bpf_ntohl(a->word[0]) >> 24 == 0xff; }

INLINE int is_link_local(const struct weft_address* a) { return bpf_ntohl(a->word[0]) >> 22 == 0xfe80 >> 6; }

INLINE int same_address(const struct weft_address* a, const struct weft_address* b) {
    return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->word[2] == b->word[2] &&
           a->word[3] == b->word[3];
}

/* Both at even addresses. */
INLINE int same_mac(const void* a, const void* b) {
    return *(const __u16*)a == *(const __u16*)b && *(const __u16*)(a + 2) == *(const __u16*)(b + 2) &&
           *(const __u16*)(a + 4) == *(const __u16*)(b + 4);
}

INLINE void copy_mac(void* to, const void* from) {
    *(__u16*)to = *(const __u16*)from;
    *(__u16*)(to + 2) = *(const __u16*)(from + 2);
    *(__u16*)(to + 4) = *(const __u16*)(from + 4);
}

/* Class D, E and the limited broadcast address. */
INLINE int ipv4_group(__be32 address) { return (bpf_ntohl(address) >> 28) >= 0xe; }

INLINE __u16 checksum_fold(__u64 sum) {
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (__u16)sum;
}

/* A 16-bit word under a checksum changed (RFC 1624, equation 3). */
INLINE void checksum_replace(__u16* check, __u16 from, __u16 to) {
    *check = ~checksum_fold((__u64)(__u16) ~*check + (__u16)~from + to);
}

INLINE void ipv4_checksum(struct iphdr* ip) {
    const __u32* word = (const __u32*)ip;
    ip->check = 0;
    ip->check = ~checksum_fold((__u64)word[0] + word[1] + word[2] + word[3] + word[4]);
}

INLINE void ipv4_decrement_ttl(struct iphdr* ip) {
    __u16* word = (__u16*)&ip->ttl; /* TTL and protocol */
    __u16 from = *word;
    ip->ttl--;
    checksum_replace(&ip->check, from, *word);
}

INLINE __u8 ipv6_tos(const struct ipv6hdr* ip) { return bpf_ntohs(*(const __be16*)ip) >> 4; }
